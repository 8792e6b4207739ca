import type { Verb } from "./words.js";

/** What is searched, worked out beforehand: every tool and every operation, and how much each word says of which. */
export interface SearchIndex {
  /** Tools first, then operations; each group by name. */
  readonly entries: readonly IndexEntry[];
  /** By word: the place of an entry, the weight of the word there, the next place, and so on. */
  readonly words: Readonly<Record<string, readonly number[]>>;
  /** What is typed on a node, and the places of the operations that do the same. */
  readonly commands: Readonly<Record<string, readonly number[]>>;
}

/** One tool or operation. */
export interface IndexEntry {
  readonly name: string;
  /** The words of its name that say what it is about, not what is done. */
  readonly subject: readonly string[];
  /** What it does to that. */
  readonly verb: Verb;
  /** The place of the operation that a tool is about. */
  readonly about?: number;
  /** It lists nothing but what is below it. */
  readonly directory?: true;
}
