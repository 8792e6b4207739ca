import { phrases, sameWords } from "./synonyms.js";

const STOP = new Set(
  "a an and any are as at be been by can could do does for from had has have how i if in into is it its me my not of on one or our please proxmox pve so some that the their them then there these they this those to up us via was we were what when where which while who whose why will with would you your".split(
    " ",
  ),
);

/**
 * The words of a text as the index knows them: lower case, without filler, endings taken off, and words that mean the
 * same as one.
 */
export function wordsOf(text: string): readonly string[] {
  let plain = ` ${text
    .toLowerCase()
    .replaceAll(/['’]/g, "")
    .replaceAll(/[^a-z0-9]+/g, " ")} `;
  plain = plain.replace(/ shut (.*?)\bdown /, (_all, between) => ` shutdown ${between} `);
  // "turn it off": what is said between the two words does not change what they mean.
  plain = plain.replace(
    / (?:turn|switch|power)(?:ed|ing)? (.*?)\b(on|off) /,
    (_all, between, way) => ` ${way === "on" ? "start" : "poweroff"} ${between} `,
  );
  for (const [phrase, words] of phrases) plain = plain.replaceAll(` ${phrase} `, ` ${words} `);
  return plain
    .split(" ")
    .filter((word) => word !== "" && !STOP.has(word))
    .map(wordOf);
}

/** One word as the index knows it. */
export function wordOf(word: string): string {
  const stem = stemOf(word);
  return stands.get(stem) ?? stem;
}

/** Takes off the endings that verbs and plurals have; the same in the index as in a query, so it need not be a word. */
function stemOf(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  const singular = word.replace(/ies$/, "y").replace(/(?:(ss|us|is)|(x|ch|sh|ss)es|s)$/, "$1$2");
  const bare = singular.replace(/(?<=[a-z]{3})(?:ing|ed|er|ation|ion)$/, "");
  return bare.replace(/([bdgklmnprt])\1$/, "$1").replace(/(?<=[a-z]{3})e$/, "");
}

const stands: ReadonlyMap<string, string> = new Map(
  sameWords.flatMap(([word = "", ...others]) => others.map((other) => [stemOf(other), stemOf(word)] as const)),
);

/** What can be done with a thing. */
export type Verb = "get" | "create" | "update" | "delete";

/** The words that say what is done. */
export const VERBS: ReadonlyMap<string, Verb> = new Map(
  (["get", "create", "update", "delete"] as const).map((verb) => [wordOf(verb), verb]),
);
