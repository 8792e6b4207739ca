import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { type Position, SpecFault } from "../fault.js";

/** A parsed YAML document that can still say where a key stands. */
export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  fail(path: readonly (string | number)[], problem: string): never;
}

/** Parses YAML strictly (a key that stands twice is an error); every complaint carries line and column. */
export function parseYaml(file: string, text: string): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw new SpecFault(file, `not valid YAML: ${error.message}`, position(lines, error.pos[0]));
  return {
    file,
    value: document.toJS() as unknown,
    fail(path, problem) {
      throw new SpecFault(
        file,
        `${problem} (at ${path.join(" › ") || "the top"})`,
        position(lines, offsetOf(document.contents, path)),
      );
    },
  };
}

function position(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** The offset of the key (or list item) that the path leads to, as far as it can be followed. */
function offsetOf(root: unknown, path: readonly (string | number)[]): number {
  let node: unknown = root;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) return offset;
      offset = rangeStart(pair.key) ?? offset;
      node = pair.value;
    } else {
      const items = (node as { readonly items?: readonly unknown[] } | null)?.items;
      node = items?.[Number(step)];
      offset = rangeStart(node) ?? offset;
    }
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
