/** "The storage's id", "Name of the pool": no more than the argument's name says. */
const NOTHING_NEW = /^(?:The \w+'s (?:id|name)|(?:Id|Name) of the (?:new )?\w+)$/;

/**
 * The first clause of a description, or nothing where it says no more than the name: without what is in brackets about
 * defaults and bounds, and without the backticks of the documentation.
 */
export function firstClause(text: string): string {
  const plain = text.replaceAll(/ \((?:default|\d+ to )[^)]*\)/gi, "").replaceAll("`", "");
  const end = plain.search(/[.;](?: |$)/);
  const clause = end < 0 ? plain : plain.slice(0, end);
  return NOTHING_NEW.test(clause) ? "" : clause;
}
