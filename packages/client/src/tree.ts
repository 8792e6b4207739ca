import type { CallOptions } from "./call-options.js";
import { PveParameterError } from "./errors.js";
import type { PveTree } from "./generated/tree.gen.js";
import type { Answerer } from "./interpreter.js";
import { dataOf } from "./meta.js";
import type { Method } from "./route.js";
import { findWalk } from "./table.js";

const METHODS: Readonly<Record<string, Method>> = { get: "GET", post: "POST", put: "PUT", delete: "DELETE" };

/**
 * The API as a tree, `nodes("pve1").qemu(100).clone.post(…)`. It is nothing but the walk: each step is a proxy that
 * remembers where it is, and the route is looked up when a verb is called.
 */
export function createTree(answer: Answerer): PveTree {
  const tree: unknown = new Proxy(
    {},
    { get: (_, word) => (isWord(word) ? createStep({ shape: `/${word}`, values: [] }, answer) : undefined) },
  );
  // The words and verbs of the interface come from the same specification as the table that the walk is looked up in.
  return tree as PveTree;
}

/** Where a walk has come to. */
interface Place {
  /** `/nodes/{}/qemu`: a path with `{}` in place of each value. */
  readonly shape: string;
  readonly values: readonly string[];
}

function createStep(place: Place, answer: Answerer): unknown {
  const { shape, values } = place;
  return new Proxy(() => undefined, {
    apply: (_, __, [value]: readonly unknown[]) =>
      createStep({ shape: `${shape}/{}`, values: [...values, readValue(place, value)] }, answer),
    get: (_, word) => {
      if (!isWord(word)) return undefined;
      const method = Object.hasOwn(METHODS, word) ? METHODS[word] : undefined;
      return method === undefined
        ? createStep({ shape: `${shape}/${word}`, values }, answer)
        : createLeaf(method, place, answer);
    },
  });
}

function createLeaf(method: Method, { shape, values }: Place, answer: Answerer) {
  return (params: Readonly<Record<string, unknown>> = {}, options: CallOptions = {}): Promise<unknown> =>
    dataOf(async (heard) => {
      const { id, names } = await findWalk(method, shape);
      const all = { ...params };
      for (const [index, name] of names.entries()) all[name] = values[index];
      return answer(id, all, options, heard);
    });
}

/** A step must not look like a promise, or awaiting it by mistake would hang. */
function isWord(word: string | symbol): word is string {
  return typeof word === "string" && word !== "then" && word !== "toJSON";
}

function readValue({ shape, values }: Place, value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  const given = values.values();
  const path = shape.slice(1).replaceAll("{}", () => given.next().value ?? "");
  const problem = `takes a text or a number as the next part of the path, not ${value === null ? "null" : typeof value}`;
  throw new PveParameterError({ operation: path, problems: { path: problem } });
}
