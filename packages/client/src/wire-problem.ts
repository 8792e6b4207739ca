import type { WireValue } from "./encode.js";
import type { ParamSpec } from "./operation.js";
import { breaksPattern, INTEGER, NUMBER } from "./scalar.js";

/** What PVE would find wrong with an encoded value, in PVE's order of checking; the first finding ends it. */
export function wireProblem(wire: WireValue, param: ParamSpec): string | undefined {
  if (typeof wire !== "string") {
    for (const [index, item] of wire.entries()) {
      const problem = param.items === undefined ? undefined : wireProblem(item, param.items);
      if (problem !== undefined) return `item ${index}: ${problem}`;
    }
    return undefined;
  }
  return typeProblem(wire, param) ?? textProblem(wire, param) ?? rangeProblem(wire, param) ?? enumProblem(wire, param);
}

function typeProblem(text: string, { type }: ParamSpec): string | undefined {
  if (type === "boolean" && text !== "0" && text !== "1") return `'${text}' is no boolean; use true or false`;
  if (type === "integer" && !INTEGER.test(text)) return `'${text}' is no whole number; give digits only`;
  if (type === "number" && !NUMBER.test(text)) return `'${text}' is no number`;
  return undefined;
}

function textProblem(text: string, param: ParamSpec): string | undefined {
  if (param.pattern !== undefined && breaksPattern(text, param.pattern)) {
    return `'${text}' does not match ${param.pattern}`;
  }
  const length = [...text].length;
  if (param.maxLength !== undefined && length > param.maxLength) {
    return `is ${length} characters long; PVE takes at most ${param.maxLength}`;
  }
  if (param.minLength !== undefined && length < param.minLength) {
    return `is ${length} characters long; PVE wants at least ${param.minLength}`;
  }
  return undefined;
}

function rangeProblem(text: string, { max, min }: ParamSpec): string | undefined {
  if (!NUMBER.test(text)) return undefined;
  if (max !== undefined && Number(text) > max) return `${text} is too large; give at most ${max}`;
  if (min !== undefined && Number(text) < min) return `${text} is too small; give at least ${min}`;
  return undefined;
}

function enumProblem(text: string, param: ParamSpec): string | undefined {
  if (param.enum === undefined || param.enum.includes(text)) return undefined;
  return `'${text}' is not known here; give one of ${param.enum.join(", ")}`;
}
