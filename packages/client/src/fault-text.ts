import type { BrokenRule } from "./broken-rule.js";
import { isCloseName } from "./close-name.js";
import { PveParameterError } from "./errors.js";
import type { OperationSpec } from "./operation.js";
import { isScalar } from "./scalar.js";
import { isSecretName, looksSecret } from "./secret.js";
import { findParam } from "./table.js";
import type { Fault } from "./verify.js";

/** Puts what is wrong with a call's parameters into words; loaded only then. Secrets are never quoted. */
export function parameterError(
  operation: string,
  spec: OperationSpec,
  params: Readonly<Record<string, unknown>>,
  faults: Readonly<Record<string, Fault>>,
): PveParameterError {
  const problems = Object.fromEntries(
    Object.entries(faults).map(([name, fault]) => {
      const text = faultText(name, fault, spec);
      return [name, isHidden(name, fault, spec) || looksSecret(text) ? HIDDEN : text];
    }),
  );
  const field = Object.keys(problems)[0] ?? "";
  const value = isSecretName(field) ? undefined : params[field];
  // A list or an object may hold anything; its problem names the item.
  const isShown = isScalar(value) && !looksSecret(String(value));
  return new PveParameterError(isShown ? { operation, problems, value } : { operation, problems });
}

const HIDDEN = "does not have the form PVE asks for";

/** Whether a text would repeat a secret. */
function isHidden(name: string, fault: Fault, spec: OperationSpec): boolean {
  const quotes = typeof fault !== "string" && "text" in fault;
  const param = findParam(name, spec);
  return quotes && isSecretName(name) && (param === undefined || (param.type === "string" && param.enum === undefined));
}

function faultText(name: string, fault: Fault, spec: OperationSpec): string {
  if (typeof fault === "string") return fault;
  switch (fault.rule) {
    case "unknown":
      return unknownText(name, spec);
    case "missing":
      return "is required; give it";
    case "requires":
      return `is required by ${fault.by}; give it as well, or leave ${fault.by} out`;
    case "size":
      return `makes the request ${fault.bytes} bytes long; PVE takes ${fault.limit}`;
    default:
      return fault.item === undefined ? ruleText(fault) : `item ${fault.item}: ${ruleText(fault)}`;
  }
}

function unknownText(name: string, { params = {} }: OperationSpec): string {
  const stem = name.replace(/(?:\d+|\[.*\])$/, "");
  const { indices } = params[`${stem}[n]`] ?? {};
  if (indices !== undefined) return `PVE knows ${stem}0 to ${stem}${indices - 1}; use one of these`;
  const close = Object.keys(params).filter((known) => isCloseName(known, name));
  return `is not a parameter of this operation; ${close.length > 0 ? `did you mean ${close.join(" or ")}?` : "leave it out"}`;
}

function ruleText({ rule, text, param }: BrokenRule): string {
  switch (rule) {
    case "type":
      if (param.type === "boolean") return `'${text}' is no boolean; use true or false`;
      return param.type === "integer" ? `'${text}' is no whole number; give digits only` : `'${text}' is no number`;
    case "pattern":
      return `'${text}' does not match ${param.pattern}`;
    case "maxLength":
      return `is ${[...text].length} characters long; PVE takes at most ${param.maxLength}`;
    case "minLength":
      return `is ${[...text].length} characters long; PVE wants at least ${param.minLength}`;
    case "max":
      return `${text} is too large; give at most ${param.max}`;
    case "min":
      return `${text} is too small; give at least ${param.min}`;
    case "enum":
      return `'${text}' is not known here; give one of ${param.enum?.join(", ")}`;
  }
}
