import type { CallOptions } from "./call-options.js";
import { PveParameterError } from "./errors.js";
import type { PveTree } from "./generated/tree.gen.js";
import type { Answerer } from "./interpreter.js";
import { dataOf } from "./meta.js";
import type { Method } from "./route.js";
import { findWalk, type Step } from "./table.js";

const METHODS: Readonly<Record<string, Method>> = { get: "GET", post: "POST", put: "PUT", delete: "DELETE" };

/**
 * The API as a tree, `nodes("pve1").qemu(100).clone.post(…)`. It is nothing but the walk: each step is a proxy that
 * remembers where it is, and the route is looked up when a verb is called.
 */
export function createTree(answer: Answerer): PveTree {
  const tree: unknown = new Proxy(
    {},
    { get: (_, word) => (isWord(word) ? createStep([{ word }], answer) : undefined) },
  );
  // The words and verbs of the interface come from the same specification as the table that the walk is looked up in.
  return tree as PveTree;
}

function createStep(steps: readonly Step[], answer: Answerer): unknown {
  return new Proxy(() => undefined, {
    apply: (_, __, [value]: readonly unknown[]) => createStep([...steps, { value: readValue(steps, value) }], answer),
    get: (_, word) => {
      if (!isWord(word)) return undefined;
      const method = Object.hasOwn(METHODS, word) ? METHODS[word] : undefined;
      return method === undefined ? createStep([...steps, { word }], answer) : createLeaf(method, steps, answer);
    },
  });
}

function createLeaf(method: Method, steps: readonly Step[], answer: Answerer) {
  return (params: Readonly<Record<string, unknown>> = {}, options: CallOptions = {}): Promise<unknown> =>
    dataOf(async (heard) => {
      const { id, values } = await findWalk(method, steps);
      return answer(id, { ...params, ...values }, options, heard);
    });
}

/** A step must not look like a promise, or awaiting it by mistake would hang. */
function isWord(word: string | symbol): word is string {
  return typeof word === "string" && word !== "then" && word !== "toJSON";
}

function readValue(steps: readonly Step[], value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  const path = steps.map((step) => ("word" in step ? step.word : step.value)).join("/");
  const problem = `takes a text or a number as the next part of the path, not ${value === null ? "null" : typeof value}`;
  throw new PveParameterError({ operation: path, problems: { path: problem } });
}
