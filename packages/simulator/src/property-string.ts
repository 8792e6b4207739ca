import type { Schema } from "./contract.js";

/** The inline grammar of a property string: its keys. */
export type PropertyGrammar = Readonly<Record<string, Schema>>;

const yes = /^(1|on|yes|true)$/i;
const no = /^(0|off|no|false)$/i;

/**
 * Splits a property string (`virtio=BC:24:11:00:00:01,bridge=vmbr0`) into its keys, aliases resolved and boolean words
 * made digits; the answer is PVE's text (without line end) when it cannot be split. The values are not checked.
 */
export function parsePropertyString(text: string, grammar: PropertyGrammar): Record<string, string> | string {
  const result: Record<string, string> = {};
  for (const part of text.split(",")) {
    if (/^\s*$/.test(part)) {
      continue;
    }
    const [, key, value] = /^([^=]+)=(.+)$/.exec(part) ?? [];
    let problem: string | undefined;
    if (key !== undefined && value !== undefined) {
      problem = setKey(result, grammar, key, value);
    } else if (part.includes("=")) {
      problem = "missing key in comma-separated list property";
    } else {
      problem = setDefault(result, grammar, part);
    }
    if (problem !== undefined) {
      return problem;
    }
  }
  return result;
}

function setKey(
  result: Record<string, string>,
  grammar: PropertyGrammar,
  given: string,
  value: string,
): string | undefined {
  if (Object.hasOwn(result, given)) {
    return `duplicate key in comma-separated list property: ${given}`;
  }
  let key = given;
  let schema = own(grammar, key);
  if (schema?.alias !== undefined) {
    if (schema.keyAlias !== undefined) {
      if (Object.hasOwn(result, schema.keyAlias)) {
        return `key alias '${schema.keyAlias}' is already defined`;
      }
      result[schema.keyAlias] = key;
    }
    key = schema.alias;
    schema = own(grammar, key);
    if (Object.hasOwn(result, key)) {
      return `key '${key}' is already defined (via alias)`;
    }
  }
  result[key] = schema?.type === "boolean" ? booleanWord(value) : value;
  return undefined;
}

function setDefault(result: Record<string, string>, grammar: PropertyGrammar, value: string): string | undefined {
  const key = Object.keys(grammar).find((name) => grammar[name]?.default_key);
  if (key === undefined) {
    return "value without key, but schema does not define a default key";
  }
  if (Object.hasOwn(result, key)) {
    return `duplicate key in comma-separated list property: ${key}`;
  }
  result[key] = grammar[key]?.type === "boolean" ? booleanWord(value) : value;
  return undefined;
}

/** Inside property strings PVE reads words as well as digits. */
function booleanWord(value: string): string {
  if (yes.test(value)) {
    return "1";
  }
  return no.test(value) ? "0" : value;
}

function own(grammar: PropertyGrammar, key: string): Schema | undefined {
  return Object.hasOwn(grammar, key) ? grammar[key] : undefined;
}
