import { nearWords, type Variant } from "./near-words.js";
import { relatedDeeds } from "./related-deeds.js";
import { relatedThings } from "./related-things.js";
import type { IndexEntry, SearchIndex } from "./search-index.js";
import { VERBS, type Verb, wordOf, wordsOf } from "./words.js";

/** A word of the query with everything in the index that it may stand for. */
interface Term {
  readonly word: string;
  readonly variants: readonly Variant[];
}

/** How far a whole match of the words weighs against a part of them. */
const SHARE_OF_WORDS = 0.6;
const SHARE_OF_SUBJECT = 0.45;
const OTHER_VERB = 0.75;
const DIRECTORY = 0.6;
const COMMAND = 2;
/** From here on a related word is as good as said. */
const SURE = 0.5;

/**
 * The names of the tools and operations that fit a query, best first. What counts is how much the words say of an
 * entry, how many of the query's words it has, how much of its name the query says, and whether it does what is asked
 * for. A tool comes before its operation, which is then left out.
 */
export function rank(index: SearchIndex, query: string, limit: number): readonly string[] {
  const terms = termsOf(index, query);
  if (terms.length === 0) return [];
  const { sums, hits } = matches(index, terms);
  const said = new Set(
    terms.flatMap(({ variants }) => variants.filter(([, share]) => share >= SURE).map(([word]) => word)),
  );
  const verb = verbOf(query, terms);
  const typed = typedCommands(index, query);
  const scores = new Map<number, number>();
  for (const [at, sum] of sums) {
    const entry = index.entries[at];
    if (entry === undefined) continue;
    const whole = (hits.get(at) ?? 0) / terms.length;
    const command = typed.has(entry.about ?? at) ? COMMAND : 1;
    scores.set(at, sum * (1 - SHARE_OF_WORDS + SHARE_OF_WORDS * whole) * fit(entry, said, verb) * command);
  }
  return best(index, scores, limit);
}

function termsOf(index: SearchIndex, query: string): readonly Term[] {
  // Ids stand for what they name, and a bare number for nothing.
  const plain = query.replaceAll(/UPID:\S+/g, " upid ").replaceAll(/\S+@\S+/g, " userid ");
  const words = [...new Set(wordsOf(plain))].filter((word) => !/\d/.test(word) || Object.hasOwn(index.words, word));
  return words.filter((word) => !/^\d+$/.test(word)).map((word) => ({ word, variants: variantsOf(index, word) }));
}

function variantsOf(index: SearchIndex, word: string): readonly Variant[] {
  const others = related.get(word) ?? [];
  if (Object.hasOwn(index.words, word) || others.length > 0) return [[word, 1], ...others];
  return nearWords(word, Object.keys(index.words));
}

const related: ReadonlyMap<string, readonly Variant[]> = new Map(
  Object.entries({ ...relatedThings, ...relatedDeeds }).map(([word, others]) => [
    wordOf(word),
    Object.entries(others).map(([other, share]): Variant => [wordOf(other), share]),
  ]),
);

/** By place: the weights of the words found there, and how many of the query's words were. */
function matches(index: SearchIndex, terms: readonly Term[]) {
  const sums = new Map<number, number>();
  const hits = new Map<number, number>();
  for (const { variants } of terms) {
    for (const [at, weight] of weightsOf(index, variants)) {
      sums.set(at, (sums.get(at) ?? 0) + weight);
      hits.set(at, (hits.get(at) ?? 0) + 1);
    }
  }
  return { sums, hits };
}

/** By place: the weight of whichever variant says most there. */
function weightsOf(index: SearchIndex, variants: readonly Variant[]): ReadonlyMap<number, number> {
  const weights = new Map<number, number>();
  for (const [word, share] of variants) {
    const list = Object.hasOwn(index.words, word) ? (index.words[word] ?? []) : [];
    for (let at = 0; at < list.length; at += 2) {
      const [place = 0, weight = 0] = list.slice(at, at + 2);
      weights.set(place, Math.max(weights.get(place) ?? 0, weight * share));
    }
  }
  return weights;
}

function fit(entry: IndexEntry, said: ReadonlySet<string>, verb: Verb | undefined): number {
  const named = entry.subject.filter((word) => said.has(word)).length / Math.max(entry.subject.length, 1);
  const does = verb === undefined || entry.verb === verb ? 1 : OTHER_VERB;
  return (1 - SHARE_OF_SUBJECT + SHARE_OF_SUBJECT * named) * does * (entry.directory === true ? DIRECTORY : 1);
}

const ASKING = /^\s*(?:which|what|who|how|is|are|does|has|have|when|where|can)\b|\?\s*$/i;

/** What is to be done, as far as the query says: by a verb, by a word that leads to one, or by being a question. */
function verbOf(query: string, terms: readonly Term[]): Verb | undefined {
  const plain = terms.flatMap(({ word }) => VERBS.get(word) ?? []);
  const led = terms.flatMap(({ word }) =>
    (related.get(word) ?? []).flatMap(([other, share]) => (share >= SURE ? (VERBS.get(other) ?? []) : [])),
  );
  return plain[0] ?? led[0] ?? (ASKING.test(query) ? "get" : undefined);
}

/** The places of what the longest command in the query does. */
function typedCommands(index: SearchIndex, query: string): ReadonlySet<number> {
  const text = ` ${query.toLowerCase().replaceAll(/[^a-z0-9/.-]+/g, " ")} `;
  const found = Object.keys(index.commands).filter((command) => text.includes(` ${command} `));
  const longest = Math.max(0, ...found.map((command) => command.length));
  return new Set(
    found.filter((command) => command.length === longest).flatMap((command) => index.commands[command] ?? []),
  );
}

function best(index: SearchIndex, scores: ReadonlyMap<number, number>, limit: number): readonly string[] {
  const scoreOf = (at: number): number => {
    const about = index.entries[at]?.about;
    const operation = about === undefined ? 0 : (scores.get(about) ?? 0);
    return Math.max(scores.get(at) ?? 0, operation * 1.01);
  };
  const ranked = [...scores.keys()]
    .map((at) => ({ at, score: scoreOf(at) }))
    .sort((a, b) => b.score - a.score || a.at - b.at);
  const covered = new Set(ranked.slice(0, limit + limit).flatMap(({ at }) => index.entries[at]?.about ?? []));
  return ranked
    .filter(({ at }) => !covered.has(at))
    .slice(0, limit)
    .flatMap(({ at }) => index.entries[at]?.name ?? []);
}
