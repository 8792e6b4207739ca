import { isRecord } from "./encode.js";
import { grammars } from "./generated/grammars.gen.js";
import type { Grammars, PropertyCodec } from "./operation.js";
import { parseRecord, printRecord, readRecord, recordProblems } from "./property-string.js";

/** Makes a codec of grammars. */
export function createPropertyCodec(known: Grammars): PropertyCodec {
  return {
    read: (value, name) => {
      const grammar = Object.hasOwn(known, name) ? known[name] : undefined;
      if (grammar === undefined) return value;
      if (typeof value === "string") return parseRecord(value, grammar) ?? value;
      // Some lists of options arrive parsed already, with PVE's 0 and 1 inside.
      return isRecord(value) ? readRecord(value, grammar) : value;
    },
    print: (record, name) => {
      const grammar = Object.hasOwn(known, name) ? known[name] : undefined;
      if (grammar === undefined) return { problem: "takes text, not an object" };
      const problems = recordProblems(record, grammar);
      return problems.length > 0 ? { problem: problems.join(", ") } : { text: printRecord(record, grammar) };
    },
  };
}

/** The codec of PVE's own grammars; loaded when an operation has property strings. */
export const propertyCodec: PropertyCodec = createPropertyCodec(grammars);
