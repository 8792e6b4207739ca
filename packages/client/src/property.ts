import { isRecord } from "./encode.js";
import { PveParameterError } from "./errors.js";
import { grammars } from "./generated/grammars.gen.js";
import type { Grammar } from "./operation.js";
import { type PropertyRecord, parseRecord, printRecord, recordProblems } from "./property-string.js";
import { looksSecret } from "./secret.js";

/**
 * Parses a property string such as `virtio=BC:24:11:00:00:01,bridge=vmbr0`, by a grammar or the name of one
 * (`"qemu-net"`). Unknown keys are kept; printing an untouched result gives the same text again.
 * @throws PveParameterError when the text is no property string of that grammar, or there is no such grammar
 */
export function parsePropertyString(text: string, grammar: Grammar | string): PropertyRecord {
  const record = parseRecord(text, findGrammar(grammar, "parsePropertyString"));
  if (record !== undefined) return record;
  const problem =
    "must be key=value parts joined by commas, each key once; one part may stand without key if the grammar has a default key";
  const shown = looksSecret(text) ? {} : { value: text };
  throw new PveParameterError({ operation: "parsePropertyString", problems: { text: problem }, ...shown });
}

/**
 * Prints a record as a property string; `undefined` values are left out.
 * @throws PveParameterError with every problem, when PVE would not take the record
 */
export function printPropertyString(record: object, grammar: Grammar | string): string {
  const known = findGrammar(grammar, "printPropertyString");
  const problems = isRecord(record) ? recordProblems(record, known) : ["must be an object"];
  if (isRecord(record) && problems.length === 0) return printRecord(record, known);
  throw new PveParameterError({ operation: "printPropertyString", problems: { record: problems.join(", ") } });
}

function findGrammar(grammar: Grammar | string, operation: string): Grammar {
  if (typeof grammar !== "string") return grammar;
  const found = Object.hasOwn(grammars, grammar) ? grammars[grammar] : undefined;
  if (found !== undefined) return found;
  const problem = `'${grammar}' is not known; there are ${Object.keys(grammars).join(", ")}`;
  throw new PveParameterError({ operation, problems: { grammar: problem }, value: grammar });
}
