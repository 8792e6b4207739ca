import { SpecFault } from "../fault.js";

const DECLARATION = /(?:const|var|let)\s+apiSchema\s*=\s*/;

/**
 * Cuts the API tree out of `apidoc.js` as a node serves it, without running the script; a bare JSON tree passes through.
 *
 * The cut-off head is replaced by blanks, so positions in later errors are those of the file.
 */
export function apidocTree(file: string, text: string): string {
  if (/^\s*\[/.test(text)) return text;
  const declaration = DECLARATION.exec(text);
  if (declaration === null) {
    throw new SpecFault(file, "no API tree: expected a JSON array, or a script with `const apiSchema = [ … ];`");
  }
  const start = declaration.index + declaration[0].length;
  if (text[start] !== "[") throw new SpecFault(file, "apiSchema is not an array literal");
  return text.slice(0, start).replace(/[^\n]/g, " ") + text.slice(start, closingBracket(file, text, start) + 1);
}

function closingBracket(file: string, text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = closingQuote(text, at);
    else if (character === "[" || character === "{") depth++;
    else if ((character === "]" || character === "}") && --depth === 0) return at;
  }
  throw new SpecFault(file, "the API tree does not end: the file looks cut off");
}

function closingQuote(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
