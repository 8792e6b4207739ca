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

/** Tries one thing after the other and remembers what is wrong with each: whoever takes a release in sees it at once. */
export interface Attempts {
  /** What the attempt returns; nothing when it ends in a `SpecFault`. */
  attempt<T>(run: () => T): T | undefined;
  /** Throws the fault that was met; several as one, a line each. */
  throwAny(): void;
}

/** Ends with the first. */
export const atOnce: Attempts = { attempt: (run) => run(), throwAny: () => {} };

export function startAttempts(): Attempts {
  const met: SpecFault[] = [];
  return {
    attempt(run) {
      try {
        return run();
      } catch (error) {
        if (!(error instanceof SpecFault)) throw error;
        met.push(error);
        return undefined;
      }
    },
    throwAny() {
      const [first, ...more] = met;
      if (first !== undefined) throw more.length === 0 ? first : new SpecFaults(met);
    },
  };
}

/** Several documents, or several places of one, cannot be used. */
class SpecFaults extends SpecFault {
  constructor(faults: readonly SpecFault[]) {
    super("specs", `${faults.length} faults\n${faults.map(({ message }) => message).join("\n")}`);
  }
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}
