import { isRecord } from "./schema.js";

/**
 * PVE's permission expression in words, such as `VM.PowerMgmt on /vms/{vmid}`. Undefined where every user may call.
 * @example describePermissions({ check: ["perm", "/", ["Sys.Audit"]] }) // "Sys.Audit on /"
 */
export function describePermissions(permissions: unknown): string | undefined {
  if (!isRecord(permissions)) return undefined;
  if (permissions["only"] !== undefined) return "only the user root@pam";
  const check = expression(permissions["check"]);
  const further = permissions["described"] === true ? "further conditions that PVE checks itself" : undefined;
  return [check, further].filter((part) => part !== undefined).join(", and ") || undefined;
}

function expression(check: unknown): string | undefined {
  if (!Array.isArray(check)) return undefined;
  const [word, ...rest] = check as readonly unknown[];
  if (word === "perm") return privileges(rest);
  if (word === "and" || word === "or") {
    const parts = rest.map(expression).filter((part) => part !== undefined);
    return parts.length > 1 ? `(${parts.join(` ${word} `)})` : parts[0];
  }
  if (word === "perm-modify") return `Permissions.Modify on ${String(rest[0])}`;
  if (word === "userid-group") return `${names(rest[0], "and")} on a group of the user`;
  if (word === "userid-param") return rest[0] === "self" ? "being that user" : `${String(rest[0])} on the user's realm`;
  return undefined;
}

function privileges([path, privs, ...modifiers]: readonly unknown[]): string {
  const any = modifiers[modifiers.indexOf("any") + 1] === 1 && modifiers.includes("any");
  return `${names(privs, any ? "or" : "and")} on ${String(path)}`;
}

function names(privs: unknown, word: "and" | "or"): string {
  return Array.isArray(privs) ? privs.map(String).join(` ${word} `) : String(privs);
}
