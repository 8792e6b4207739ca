/** Where in a text something is wrong; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A document of the spec cannot be used. The message names file, place and remedy; nothing was written. */
export class SpecFault extends Error {
  override readonly name = "SpecFault";
  readonly file: string;
  readonly position: Position | undefined;

  constructor(file: string, problem: string, position?: Position) {
    super(`${file}${position === undefined ? "" : `:${position.line}:${position.column}`}: ${problem}`);
    this.file = file;
    this.position = position;
  }
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}
