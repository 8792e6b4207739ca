/** A check by regular expression; `%s` in the text stands for the value. */
export function match(pattern: RegExp, text: string): (value: string) => string | undefined {
  return (value) => (pattern.test(value) ? undefined : text.replace("%s", () => value));
}

/** A check against a fixed set of words; `%s` in the text stands for the value. */
export function words(allowed: readonly string[], text: string): (value: string) => string | undefined {
  const set = new Set(allowed);
  return (value) => (set.has(value) ? undefined : text.replace("%s", () => value));
}
