import { positionAt, SpecFault } from "./fault.js";

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A parsed JSON text that can still say where a value stands. */
export interface JsonDocument {
  readonly file: string;
  readonly value: Json;
  /** Raises a SpecFault at the value that the path leads to. */
  fail(path: readonly (string | number)[], problem: string): never;
}

/** Parses strict JSON; a syntax error is reported with line and column. */
export function parseJson(file: string, text: string): JsonDocument {
  const spans = new Scanner(file, text).scan();
  return {
    file,
    value: JSON.parse(text) as Json,
    fail(path, problem) {
      const offset = spans.get(JSON.stringify(path)) ?? 0;
      throw new SpecFault(
        file,
        `${problem} (at ${path.length === 0 ? "the top" : path.join(" › ")})`,
        positionAt(text, offset),
      );
    },
  };
}

/** Serialises with two spaces and a final newline, keys as given. */
export function printJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Walks the text once, recording where each value starts; JSON.parse alone reports no usable position on Node 20. */
class Scanner {
  readonly #file: string;
  readonly #text: string;
  readonly #spans = new Map<string, number>();
  #at = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  scan(): ReadonlyMap<string, number> {
    this.#value([]);
    this.#space();
    if (this.#at < this.#text.length) this.#fail("something follows the end of the document");
    return this.#spans;
  }

  #fail(problem: string): never {
    throw new SpecFault(this.#file, `not valid JSON: ${problem}`, positionAt(this.#text, this.#at));
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #value(path: (string | number)[]): void {
    this.#space();
    this.#spans.set(JSON.stringify(path), this.#at);
    const start = this.#text[this.#at];
    if (start === "{") this.#object(path);
    else if (start === "[") this.#array(path);
    else if (start === '"') this.#string();
    else this.#literal();
  }

  #object(path: (string | number)[]): void {
    const seen = new Set<string>();
    this.#at++;
    this.#space();
    if (this.#take("}")) return;
    do {
      this.#space();
      const keyAt = this.#at;
      if (this.#text[this.#at] !== '"') this.#fail("a quoted key is expected");
      const key = this.#string();
      if (seen.has(key)) {
        this.#at = keyAt;
        this.#fail(`the key "${key}" stands twice`);
      }
      seen.add(key);
      this.#space();
      if (!this.#take(":")) this.#fail('":" is expected');
      this.#value([...path, key]);
      this.#space();
    } while (this.#take(","));
    if (!this.#take("}")) this.#fail('"," or "}" is expected');
  }

  #array(path: (string | number)[]): void {
    this.#at++;
    this.#space();
    if (this.#take("]")) return;
    let index = 0;
    do {
      this.#value([...path, index++]);
      this.#space();
    } while (this.#take(","));
    if (!this.#take("]")) this.#fail('"," or "]" is expected');
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #string(): string {
    const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    string.lastIndex = this.#at;
    const match = string.exec(this.#text);
    if (match === null) this.#fail("a string does not end, or holds a raw control character");
    this.#at = string.lastIndex;
    return JSON.parse(match[0]) as string;
  }

  #literal(): void {
    const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    literal.lastIndex = this.#at;
    if (literal.exec(this.#text) === null) {
      this.#fail(
        this.#at >= this.#text.length ? "the text ends early" : `unexpected ${JSON.stringify(this.#text[this.#at])}`,
      );
    }
    this.#at = literal.lastIndex;
  }
}
