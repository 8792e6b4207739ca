import type { WireValue } from "./encode.js";
import type { ParamSpec } from "./operation.js";
import { breaksPattern, INTEGER, NUMBER } from "./scalar.js";

/** A rule of a parameter's entry that a value breaks. */
export interface BrokenRule {
  readonly rule: "type" | "pattern" | "maxLength" | "minLength" | "max" | "min" | "enum";
  readonly text: string;
  readonly param: ParamSpec;
  /** Which item of an array. */
  readonly item?: number;
}

/** The first rule that an encoded value breaks, in PVE's order of checking. */
export function brokenRule(wire: WireValue, param: ParamSpec): BrokenRule | undefined {
  if (typeof wire === "string") {
    const rule = brokenBy(wire, param);
    return rule === undefined ? undefined : { rule, text: wire, param };
  }
  for (const [item, text] of wire.entries()) {
    const broken = param.items === undefined ? undefined : brokenRule(text, param.items);
    if (broken !== undefined) return { ...broken, item };
  }
  return undefined;
}

function brokenBy(text: string, param: ParamSpec): BrokenRule["rule"] | undefined {
  const { type, pattern, maxLength, minLength, max, min } = param;
  if (type === "boolean" && text !== "0" && text !== "1") return "type";
  if (type === "integer" && !INTEGER.test(text)) return "type";
  if (type === "number" && !NUMBER.test(text)) return "type";
  if (pattern !== undefined && breaksPattern(text, pattern)) return "pattern";
  // PVE counts characters, not UTF-16 units; only a text that is long enough needs counting.
  if (maxLength !== undefined && text.length > maxLength && [...text].length > maxLength) return "maxLength";
  if (minLength !== undefined && [...text].length < minLength) return "minLength";
  if (max !== undefined && NUMBER.test(text) && Number(text) > max) return "max";
  if (min !== undefined && NUMBER.test(text) && Number(text) < min) return "min";
  return param.enum !== undefined && !param.enum.includes(text) ? "enum" : undefined;
}
