/** One series to draw; a reading that is missing leaves a gap. */
export interface ChartSeries {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly (number | undefined)[];
}

/** What to draw: each series in a panel of its own, since their units differ, over one span of time. */
export interface ChartData {
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly series: readonly ChartSeries[];
}

/** A point in pixels from the upper left corner. */
export type Point = readonly [x: number, y: number];

/** Text in the picture; `at` is the upper left corner of the first letter, or the upper right of the last. */
export interface Label {
  readonly at: Point;
  readonly text: string;
  readonly end?: "left" | "right";
}

/** A picture as lines and words, for whoever draws it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly labels: readonly Label[];
  /** Frames of the panels: upper left and lower right corners. */
  readonly frames: readonly (readonly [Point, Point])[];
  /** Unbroken stretches of readings. */
  readonly lines: readonly (readonly Point[])[];
}

/** Height of a letter, and how far apart letters stand, in pixels. */
export const LETTER = { height: 10, step: 8 } as const;

const WIDTH = 720;
const PANEL = 120;
const HEAD = 28;
const FOOT = 24;
const LEFT = 88;
const RIGHT = 16;

/** Lays a chart out. The scale of a panel begins at nought, so that a small change does not look like a large one. */
export function layOut({ title, from, to, series }: ChartData): Picture {
  const height = HEAD + series.length * PANEL + FOOT;
  const panels = series.map((one, index) => panelOf(one, HEAD + index * PANEL));
  return {
    width: WIDTH,
    height,
    labels: [
      { at: [8, 8], text: title },
      ...panels.flatMap(({ labels }) => labels),
      { at: [LEFT, height - FOOT + 6], text: from },
      { at: [WIDTH - RIGHT, height - FOOT + 6], text: to, end: "right" },
    ],
    frames: panels.map(({ frame }) => frame),
    lines: panels.flatMap(({ lines }) => lines),
  };
}

function panelOf({ name, unit, values }: ChartSeries, top: number) {
  const upper = top + LETTER.height + 8;
  const lower = top + PANEL - 8;
  const present = values.filter((value) => value !== undefined);
  const most = present.reduce((most, value) => Math.max(most, value), 0);
  const least = present.reduce((least, value) => Math.min(least, value), 0);
  const span = most - least || 1;
  const x = (index: number) => Math.round(LEFT + (index / Math.max(1, values.length - 1)) * (WIDTH - LEFT - RIGHT));
  const y = (value: number) => Math.round(lower - ((value - least) / span) * (lower - upper));
  const last = present.at(-1);
  return {
    frame: [
      [LEFT, upper],
      [WIDTH - RIGHT, lower],
    ] as const,
    labels: [
      { at: [LEFT, top + 2] as const, text: `${name} (${unit})${last === undefined ? "" : `, last ${short(last)}`}` },
      { at: [LEFT - 6, upper] as const, text: short(most), end: "right" as const },
      { at: [LEFT - 6, lower - LETTER.height] as const, text: short(least), end: "right" as const },
    ],
    lines: stretches(values).map((stretch) => stretch.map(({ index, value }): Point => [x(index), y(value)])),
  };
}

function stretches(values: readonly (number | undefined)[]) {
  const found: { index: number; value: number }[][] = [];
  let open: { index: number; value: number }[] | undefined;
  for (const [index, value] of values.entries()) {
    if (value === undefined) open = undefined;
    else if (open === undefined) {
      open = [{ index, value }];
      found.push(open);
    } else open.push({ index, value });
  }
  return found;
}

const STEPS: readonly (readonly [factor: number, letter: string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** A figure in few letters: `1.5G`, `0.032`. */
export function short(value: number): string {
  const [factor, letter] = STEPS.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return `${Number((value / factor).toPrecision(3))}${letter}`;
}
