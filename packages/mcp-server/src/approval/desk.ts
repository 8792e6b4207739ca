import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Binding } from "./binding.js";
import type { Question } from "./question.js";
import type { Sealer } from "./seal.js";

/** Something an operator is asked, as it lies in the directory. */
export interface Pending extends Binding, Question {
  /** Ten hexadecimal digits, the same for the same request. */
  readonly id: string;
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly asked: number;
  readonly expires: number;
}

/** What an operator said. */
export interface Verdict {
  readonly nonce: string;
  readonly approved: boolean;
  /** Who said it, as the operating system knows them. */
  readonly by: string;
}

/**
 * A directory through which calls and operators meet: a sealed question and a sealed answer for each request. Whoever has
 * the key can answer, which is everybody who may read the directory, so it belongs to the operator alone.
 */
export interface Desk {
  /** Lays a question down, unless the same one lies there. */
  ask(binding: Binding, question: Question, times: { readonly now: number; readonly expires: number }): Pending;
  /** Questions that wait for an answer, the oldest first. */
  pending(now: number): readonly Pending[];
  /** Answers a question. */
  answer(pending: Pending, verdict: Omit<Verdict, "nonce">): void;
  /** The answer to a question; undefined where there is none yet, or none that this desk's key has made. */
  answerTo(pending: Pending): Verdict | undefined;
  /** Takes question and answer away. */
  clear(pending: Pending): void;
}

const QUESTION = "question to an operator";
const ANSWER = "answer of an operator";

/** Opens the desk in a directory, which is made (0700) when it is missing. */
export function createDesk(directory: string, sealer: Sealer): Desk {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const place = (id: string, kind: "json" | "answer"): string => path.join(directory, `${id}.${kind}`);
  const read = (id: string, now: number): Pending | undefined => {
    const sealed = readJson(place(id, "json"))?.["sealed"];
    const pending = typeof sealed === "string" ? (sealer.open(QUESTION, sealed) as Pending | undefined) : undefined;
    return pending?.id === id && pending.expires >= now ? pending : undefined;
  };
  return {
    ask(binding, question, { now, expires }) {
      // Requests that are sent side by side come in any order.
      const whats = [...binding.whats].sort().join(" ");
      const id = Buffer.from(sealer.mark(QUESTION, `${binding.who} ${whats}`), "base64url")
        .toString("hex")
        .slice(0, 10);
      const lying = read(id, now);
      if (lying !== undefined) return lying;
      const pending: Pending = { ...binding, ...question, id, nonce: randomUUID(), asked: now, expires };
      const until = new Date(expires).toISOString();
      write(place(id, "json"), { id, until, ask: question.lines, sealed: sealer.seal(QUESTION, pending) });
      return pending;
    },
    pending: (now) =>
      readdirSync(directory)
        .filter((name) => name.endsWith(".json"))
        .flatMap((name) => read(path.basename(name, ".json"), now) ?? [])
        .filter((pending) => readJson(place(pending.id, "answer")) === undefined)
        .sort((a, b) => a.asked - b.asked),
    answer({ id, nonce }, verdict) {
      write(place(id, "answer"), { sealed: sealer.seal(ANSWER, { nonce, ...verdict }) });
    },
    answerTo({ id, nonce }) {
      const sealed = readJson(place(id, "answer"))?.["sealed"];
      const verdict = typeof sealed === "string" ? (sealer.open(ANSWER, sealed) as Verdict | undefined) : undefined;
      return verdict?.nonce === nonce ? verdict : undefined;
    },
    clear({ id }) {
      for (const kind of ["answer", "json"] as const) rmSync(place(id, kind), { force: true });
    },
  };
}

/** Readers see the whole file or none of it. */
function write(file: string, content: object): void {
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flag: "wx" });
  renameSync(draft, file);
}

function readJson(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof content === "object" && content !== null ? { ...content } : undefined;
  } catch {
    return undefined;
  }
}
