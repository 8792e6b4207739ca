import type { FactSchema } from "../model.js";

type Grammar = Readonly<Record<string, FactSchema>>;

/** What a property string says, part by part; `undefined` where the text is not one of this grammar. */
export function readPropertyText(text: string, grammar: Grammar): ReadonlyMap<string, string> | undefined {
  const parts = new Map<string, string>();
  for (const part of text.split(",").filter((piece) => piece !== "")) {
    const cut = part.indexOf("=");
    const key = cut < 0 ? defaultKey(grammar) : part.slice(0, cut);
    if (key === undefined || parts.has(key)) return undefined;
    parts.set(key, part.slice(cut + 1));
  }
  return parts;
}

/** The keys a grammar knows, aliases and the spellings that carry two keys at once (`virtio=<mac>`) included. */
export function knowsKey(grammar: Grammar, key: string): boolean {
  if (Object.hasOwn(grammar, key)) return true;
  return Object.values(grammar).some(({ keyAlias, enum: values }) => keyAlias !== undefined && values?.includes(key));
}

function defaultKey(grammar: Grammar): string | undefined {
  return Object.entries(grammar).find(([, entry]) => entry.default_key === true)?.[0];
}
