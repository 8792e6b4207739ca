import type { Picture, Point } from "./chart.js";

/** Draws a picture as an SVG document. */
export function svgOf({ width, height, labels, frames, lines }: Picture): string {
  const words = labels.map(({ at: [x, y], text, end }) => {
    const anchor = end === "right" ? ' text-anchor="end"' : "";
    return `<text x="${x}" y="${y + 10}"${anchor}>${escaped(text)}</text>`;
  });
  const boxes = frames.map(
    ([[left, top], [right, bottom]]) =>
      `<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" fill="none" stroke="#ccc"/>`,
  );
  const strokes = lines.map(
    (line) => `<polyline points="${pointsOf(line)}" fill="none" stroke="#e57000" stroke-width="1.5"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...boxes,
    ...strokes,
    ...words,
    "</svg>",
  ].join("\n");
}

/** A reading on its own has no length, and would not be seen: it is drawn as a short dash. */
function pointsOf(line: readonly Point[]): string {
  const [first] = line;
  const drawn = line.length === 1 && first !== undefined ? [first, [first[0] + 1, first[1]]] : line;
  return drawn.map(([x, y]) => `${x},${y}`).join(" ");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
