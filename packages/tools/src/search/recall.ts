import { rank } from "./rank.js";
import type { SearchIndex } from "./search-index.js";

/** A question, and the names of which at least one has to be among the first found. */
export interface Question {
  readonly query: string;
  readonly expect: readonly string[];
}

/** A question that was not answered. */
export interface Miss extends Question {
  readonly found: readonly string[];
}

/** How many questions were answered. */
export interface Recall {
  readonly asked: number;
  readonly misses: readonly Miss[];
}

/** How many names are looked at. */
export const RECALL_AT = 5;

/**
 * Asks every question. An operation that is expected is found as well where the tool stands that is about the whole of
 * it: whoever wrote the questions knew the tools of one day, and there are more since.
 */
export function recallOf(index: SearchIndex, questions: readonly Question[]): Recall {
  const nameAt = (at: number | undefined) => (at === undefined ? undefined : index.entries[at]?.name);
  const about = new Map(index.entries.map(({ name, about: at }) => [name, nameAt(at)]));
  const misses = questions.flatMap((question) => {
    const found = rank(index, question.query, RECALL_AT);
    const hit = found.some((name) => [name, about.get(name) ?? name].some((one) => question.expect.includes(one)));
    return hit ? [] : [{ ...question, found }];
  });
  return { asked: questions.length, misses };
}

/** The share of answered questions in per cent, with one decimal. */
export function percentOf({ asked, misses }: Recall): number {
  return Math.round((1000 * (asked - misses.length)) / asked) / 10;
}

/** The two halves of the questions: the search was tuned on the first, and never on the second. */
export function halvesOf(questions: readonly Question[]): {
  readonly tuned: readonly Question[];
  readonly heldOut: readonly Question[];
} {
  return {
    tuned: questions.filter((_, at) => at % 2 === 0),
    heldOut: questions.filter((_, at) => at % 2 === 1),
  };
}

const OPENING = `<!-- Written by \`pnpm surface\`. Do not edit. -->

# How well the search finds

Questions written by somebody who did not know the index are asked of \`search_tools\`. One is answered when a tool or
operation that it expects, or a tool about such an operation, is among the first ${RECALL_AT}. The search was tuned on every
second question only; the others say how well it does on what it was not made for.
`;

/** The report as Markdown: the shares, and every question that was not answered. */
export function recallReport(index: SearchIndex, questions: readonly Question[]): string {
  const { tuned, heldOut } = halvesOf(questions);
  const rows = Object.entries({ "tuned on": tuned, "held out": heldOut, all: questions }).map(([name, half]) => {
    const recall = recallOf(index, half);
    return `| ${name} | ${recall.asked} | ${recall.asked - recall.misses.length} | ${percentOf(recall)} % |`;
  });
  const misses = recallOf(index, questions).misses.map(
    ({ query, expect, found }) => `- **${query}** expects ${codes(expect)}; found ${codes(found)}`,
  );
  const table = ["| questions | asked | answered | share |", "|---|---|---|---|", ...rows].join("\n");
  return `${[OPENING.trimEnd(), table, "## Not answered", misses.join("\n")].join("\n\n")}\n`;
}

function codes(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.map((name) => `\`${name}\``).join(", ");
}
