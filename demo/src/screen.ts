/** How a piece of text is to be shown. On anything but a terminal all of them look alike. */
type Tone = "plain" | "bold" | "dim" | "good" | "bad" | "warn";

const CODES: Readonly<Record<Tone, string>> = { plain: "0", bold: "1", dim: "2", good: "32", bad: "31", warn: "33" };

/** A table's column: its heading, and how it stands. */
interface Column {
  readonly title: string;
  readonly align?: "right";
}

/** Where the demo writes. */
export interface Screen {
  line(text?: string, tone?: Tone): void;
  /** Opens a part of the story. */
  chapter(title: string): void;
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void;
}

const INDENT = "   ";
const ESCAPE = String.fromCodePoint(27);

/** Makes a screen that writes text; colour only where it can be seen. */
export function createScreen(write: (text: string) => void, colour: boolean): Screen {
  const paint = (text: string, tone: Tone): string =>
    colour && tone !== "plain" && text !== "" ? `${ESCAPE}[${CODES[tone]}m${text}${ESCAPE}[0m` : text;
  let chapters = 0;
  return {
    line(text = "", tone = "plain") {
      for (const part of text.split("\n")) write(part === "" ? "\n" : `${INDENT}${paint(part, tone)}\n`);
    },
    chapter(title) {
      chapters += 1;
      write(`\n${paint(`${String(chapters).padStart(1)}  ${title}`, "bold")}\n`);
    },
    table(columns, rows) {
      const [head = "", ...body] = tableLines(columns, rows);
      write(`${INDENT}${paint(head, "dim")}\n`);
      for (const line of body) write(`${INDENT}${line}\n`);
    },
  };
}

function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const titles = columns.map((column) => column.title);
  const widths = columns.map((_, at) => Math.max(...[titles, ...rows].map((row) => (row[at] ?? "").length)));
  return [titles, ...rows].map((row) =>
    columns
      .map(({ align }, at) =>
        align === "right" ? (row[at] ?? "").padStart(widths[at] ?? 0) : (row[at] ?? "").padEnd(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** Bytes in GiB with one decimal, such as `18.2 GiB`. */
export function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

/** A share from 0 to 1 as `12 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Seconds in the unit that says most: `21 d`, `5 h`, `3 min`. */
export function duration(seconds: number): string {
  if (seconds >= 86_400) return `${Math.floor(seconds / 86_400)} d`;
  return seconds >= 3_600 ? `${Math.floor(seconds / 3_600)} h` : `${Math.ceil(seconds / 60)} min`;
}
