import type { SpecOperation, SpecPermissions, SpecSchema } from "./spec-operations.js";

/** The doc comment of an operation: what it does, who may, since when, and its route. */
export function operationDoc(operation: SpecOperation): string {
  return [
    operation.summary,
    operation.description,
    [
      `Privileges: ${privilegesText(operation.permissions)}.`,
      operation.ticketOnly ? "API tokens are refused." : undefined,
      operation.since === undefined ? undefined : `Needs Proxmox VE ${operation.since}.`,
      confidenceText(operation),
    ]
      .filter((line) => line !== undefined)
      .join(" "),
    `Source: \`${operation.route}\``,
  ]
    .filter((part) => part !== undefined)
    .map(inComment)
    .join("\n\n");
}

/** Where the type of the result comes from; upstream's own word is never checked by PVE itself. */
function confidenceText({ returns, task, confidence = "schema" }: SpecOperation): string | undefined {
  if (task !== undefined || returns === undefined || returns.type === "null") return undefined;
  return `Result type: ${confidence}.`;
}

/** A schedule such as "every 15 minutes" ends in a star and a slash, which must not end the comment it stands in. */
function inComment(text: string): string {
  return text.replaceAll("*/", "*\\/");
}

/** The doc comment of a parameter or field: its description, bounds and default. */
export function schemaDoc(schema: SpecSchema): string | undefined {
  const facts = [
    schema.minimum !== undefined && schema.maximum !== undefined
      ? `${schema.minimum} to ${schema.maximum}.`
      : undefined,
    schema.minimum !== undefined && schema.maximum === undefined ? `At least ${schema.minimum}.` : undefined,
    schema.minimum === undefined && schema.maximum !== undefined ? `At most ${schema.maximum}.` : undefined,
    schema.default === undefined ? undefined : `Default: \`${String(schema.default)}\`.`,
    schema["x-pve-since"] === undefined ? undefined : `Needs Proxmox VE ${schema["x-pve-since"]}.`,
  ].filter((fact) => fact !== undefined);
  const text = [schema.description, facts.length > 0 ? facts.join(" ") : undefined]
    .filter((part) => part !== undefined)
    .join("\n\n");
  return text === "" ? undefined : inComment(text);
}

/** Who may call, in one line: `VM.Clone on /vms/{vmid}; with storage: …`. */
export function privilegesText({ inWords, filteredBy }: SpecPermissions): string {
  const hides = (filteredBy ?? []).map((filter) => filter.hides);
  return inWords + (hides.length > 0 ? `; what the caller may not see is left out (${hides.join(", ")})` : "");
}
