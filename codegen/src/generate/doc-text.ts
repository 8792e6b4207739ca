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
    ]
      .filter((line) => line !== undefined)
      .join(" "),
    `Source: \`${operation.route}\``,
  ]
    .filter((part) => part !== undefined)
    .map(inComment)
    .join("\n\n");
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

/** A permission expression in one line, such as `VM.Clone on /vms/{vmid}`. */
export function privilegesText(permissions: SpecPermissions): string {
  if (permissions.only !== undefined) return `only ${permissions.only}`;
  const more = permissions.described === true ? ", and further conditions" : "";
  if (permissions.user === "world") return "none, not even a login";
  if (permissions.user !== undefined || permissions.check === undefined) return `any user${more}`;
  return expressionText(permissions.check) + more;
}

function expressionText(check: readonly unknown[]): string {
  const [head, ...rest] = check;
  switch (head) {
    case "and":
    case "or":
      return rest.map((inner) => `(${expressionText(inner as readonly unknown[])})`).join(` ${head} `);
    case "perm": {
      const [path, privileges, ...options] = rest as [string, readonly string[], ...unknown[]];
      return `${privileges.join(options.includes("any") ? " or " : " and ")} on ${path}`;
    }
    case "perm-modify":
      return `Permissions.Modify on ${String(rest[0])}`;
    case "userid-param":
      return rest[0] === "self" ? "the user itself" : `${String(rest[0])} on the user's realm`;
    case "userid-group":
      return `${(rest[0] as readonly string[]).join(" or ")} on a group of the user`;
    default:
      return JSON.stringify(check);
  }
}
