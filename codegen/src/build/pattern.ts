/**
 * Turns a Perl pattern as PVE prints it into a JavaScript one that accepts the same texts, also under the `u` flag.
 *
 * `(?^:…)` and `(?^u:…)` are plain groups; `(?^i:…)` is spelled out letter by letter because JavaScript knows no flag for a
 * part of a pattern on Node 20; `(?>…)`, which forbids backtracking, becomes a captured look-ahead, or a long text that does
 * not match would take for ever.
 */
export function javascriptPattern(perl: string): string {
  return atomicGroups(plainEscapes(spellOutCase(perl)))
    .replace(/\(\?\^u?:/g, "(?:")
    .replace(/\{,(\d+)\}/g, "{0,$1}")
    .replace(/\\A/g, "^")
    .replace(/\\z|\\Z/g, "$");
}

/** Replaces the body of each `(?^i:…)` by one that names both cases. */
function spellOutCase(pattern: string): string {
  const start = pattern.indexOf("(?^i:");
  if (start < 0) return pattern;
  const end = closing(pattern, start);
  const body = pattern.slice(start + "(?^i:".length, end);
  const both = body.replace(/\\.|[a-z]-[a-z]|[A-Z]-[A-Z]|[a-zA-Z]/g, (token, at: number) =>
    bothCases(token, insideClass(body, at)),
  );
  return spellOutCase(`${pattern.slice(0, start)}(?:${both})${pattern.slice(end + 1)}`);
}

function atomicGroups(pattern: string, count = 1): string {
  const start = pattern.indexOf("(?>");
  if (start < 0) return pattern;
  const end = closing(pattern, start);
  const body = pattern.slice(start + "(?>".length, end);
  const name = `atom${count}`;
  return atomicGroups(
    `${pattern.slice(0, start)}(?:(?=(?<${name}>${body}))\\k<${name}>)${pattern.slice(end + 1)}`,
    count + 1,
  );
}

function bothCases(token: string, inClass: boolean): string {
  if (token.startsWith("\\")) return token;
  const lower = token.toLowerCase();
  const upper = token.toUpperCase();
  return inClass ? lower + upper : `[${lower}${upper}]`;
}

function insideClass(text: string, at: number): boolean {
  let inside = false;
  for (let index = 0; index < at; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === "[") inside = true;
    else if (text[index] === "]") inside = false;
  }
  return inside;
}

function closing(pattern: string, start: number): number {
  let depth = 0;
  let inside = false;
  for (let index = start; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === "\\") index++;
    else if (character === "[") inside = true;
    else if (character === "]") inside = false;
    else if (!inside && character === "(") depth++;
    else if (!inside && character === ")" && --depth === 0) return index;
  }
  throw new Error(`unbalanced pattern: ${pattern}`);
}

/** Drops escapes that Perl tolerates and a JavaScript pattern with the `u` flag refuses, and escapes bare hyphens in classes. */
function plainEscapes(pattern: string): string {
  let inside = false;
  return pattern.replace(/\\(.)|[[\]]/g, (token, escaped: string | undefined) => {
    if (token === "[") inside = true;
    if (token === "]") inside = false;
    if (escaped === undefined) return token;
    if (escaped === "-") return inside ? "\\-" : "-";
    return /[@_:;,"'%&~#<>=!`]/.test(escaped) ? escaped : token;
  });
}
