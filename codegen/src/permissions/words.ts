import type { Expression, ParamTest } from "./expression.js";

/** More conditions on parameters than this are summed up, not listed. */
const LISTED = 4;

/** What an expression demands, in one line: `VM.Clone on /vms/{vmid}; with storage: …`. Whether tokens may is left out. */
export function expressionWords(expression: Expression): string {
  const parts = flatten(expression).filter(({ kind }) => kind !== "any-user" && kind !== "no-token");
  const further = parts.flatMap((part) => (part.kind === "when" || part.kind === "unknown" ? [words(part)] : []));
  const always = parts.filter(({ kind }) => kind !== "when" && kind !== "unknown");
  const listed = further.length <= LISTED ? further : [`more for ${further.length} groups of parameters`];
  const first = always.length > 1 ? always.map(inner).join(" plus ") : always.map(words).join("");
  return [first === "" ? "any user" : first, ...listed].join("; ");
}

/** The conditions that must all hold; the stage at which they are checked does not matter here. */
function flatten(expression: Expression): Expression[] {
  if (expression.kind === "and") return expression.of.flatMap(flatten);
  return expression.kind === "handler" ? flatten(expression.needs) : [expression];
}

function whenWords({ needs, ...test }: Extract<Expression, { kind: "when" }>): string {
  return `${testWords(test)}: ${words(needs)}`;
}

function testWords({ params, absent, is, not, matches, lacks }: ParamTest): string {
  const named = params.length > LISTED ? `${params.slice(0, LISTED).join(", ")} …` : params.join(", ");
  if (absent) return `without ${named}`;
  const certain = [not, matches, lacks].some((part) => part !== undefined) ? "certain values of " : "";
  return `with ${certain}${named}${is === undefined ? "" : `=${is.join("|")}`}`;
}

/** As `words`, in brackets where it would run into its neighbours. */
function inner(expression: Expression): string {
  const compound = expression.kind === "or" || expression.kind === "and" || expression.kind === "given";
  return compound ? `(${words(expression)})` : words(expression);
}

function words(expression: Expression): string {
  switch (expression.kind) {
    case "world":
      return "none, not even a login";
    case "any-user":
      return "any user";
    case "root":
      return "only root@pam";
    case "no-token":
      return "no API token";
    case "perm":
      return `${privilegeWords(expression)} on ${readable(expression.path)}`;
    case "group":
      return `${expression.privileges.join(" or ")} on a group of the user`;
    case "user":
      return userWords(expression);
    case "modify":
      return `the right to change permissions of ${readable(expression.path)}`;
    case "and":
      return expression.of.map(inner).join(" plus ");
    case "or":
      return expression.of.map(inner).join(" or ");
    case "when":
      return whenWords(expression);
    case "given":
      return `${testWords(expression)}${expression.needs === undefined ? "" : `: ${words(expression.needs)}`}`;
    case "each":
      return `${words(expression.needs)}, for each of ${expression.param}`;
    case "owner":
      return "having started the task";
    case "handler":
      return words(expression.needs);
    case "task":
      return `${words(expression.needs)} (checked by the task)`;
    case "depends":
      return `depending on ${expression.on}`;
    case "unknown":
      return "further conditions";
  }
}

function privilegeWords({ privileges, any }: Extract<Expression, { kind: "perm" }>): string {
  return any && privileges.length > 1 ? `one of ${privileges.join(", ")}` : privileges.join(" and ");
}

function userWords(expression: Extract<Expression, { kind: "user" }>): string {
  if (!("is" in expression)) return `${expression.realmPrivilege} on the user's realm`;
  return expression.is === "self" ? "the user itself" : "a token of the caller";
}

/** `{?the zone of the bridge}` reads `<the zone of the bridge>`. */
function readable(path: string): string {
  return path.replace(/\{\?([^}]*)\}/g, "<$1>");
}
