import type { Expression, ParamTest } from "./expression.js";

/**
 * Reads the short notation of the overlay. A condition is an object with one key:
 *
 *     perm: [/storage/{storage}, Datastore.AllocateSpace]   all of the privileges on the path
 *     any: [/nodes/{node}, Sys.Audit, Sys.Modify]           one of them
 *     modify: /vms/{value}                                  the right to change the ACL of the path
 *     group: [User.Modify]                                  on a group of the user that `userid` names
 *     user: root | self | own-token                         who the caller is
 *     owner: upid                                           the caller started that task
 *     all-of: [ … ]      one-of: [ … ]
 *     when: { <test>, needs: … }                            for whatever the test finds, `needs` must hold
 *     given: { <test>, needs: … }                           the test finds something, and `needs` (if any) holds
 *     each: { param: vms, needs: … }                        `needs` holds for every element, as {value}
 *     in-task: { … }                                        checked by the task: the call is accepted, the task fails
 *     depends: what it hinges on                            known, but not told by the parameters
 *
 * A test is `param: name` (or a list; `net[n]` means the family) and, to restrict it, `is:`, `not:` (a value or a list;
 * booleans are 1 and 0), `matches:`, `lacks:` (regular expressions; a group called `value` becomes {value}), `absent: true`;
 * `named-by: [delete]` counts a parameter's name in such a list, too. In a path, {name} is a parameter and
 * {?words} something that PVE looks up.
 */
export function readCondition(value: unknown, scope: ConditionScope): Expression {
  const [key, inner] = onlyEntry(value, scope);
  const within = scope.at(key);
  switch (key) {
    case "perm":
    case "any":
      return readPerm(inner, key === "any", within);
    case "modify":
      return { kind: "modify", path: readPath(inner, within) };
    case "group":
      return { kind: "group", privileges: words(inner, within) };
    case "user":
      return readUser(inner, within);
    case "owner":
      return { kind: "owner", param: known(inner, within) };
    case "all-of":
    case "one-of": {
      if (!Array.isArray(inner) || inner.length === 0) return within.fail("a list of conditions is expected");
      const of = inner.map((part, index) => readCondition(part, within.at(index)));
      return { kind: key === "all-of" ? "and" : "or", of };
    }
    case "when":
    case "given":
      return readTested(key, inner, within);
    case "each": {
      const { param, needs } = record(inner, ["param", "needs"], within);
      return { kind: "each", param: known(param, within.at("param")), needs: readCondition(needs, within.at("needs")) };
    }
    case "in-task":
      return { kind: "task", needs: readCondition(inner, within) };
    case "depends":
      return { kind: "depends", on: text(inner, within) };
    default:
      return within.fail(`"${key}" is no condition`);
  }
}

/** Where in the document a condition stands, and which parameters it may name. */
export interface ConditionScope {
  fail(problem: string): never;
  at(key: string | number): ConditionScope;
  knows(param: string): boolean;
}

function onlyEntry(value: unknown, scope: ConditionScope): [string, unknown] {
  const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) return scope.fail("a condition is an object with one key");
  return entry;
}

function readPerm(value: unknown, any: boolean, scope: ConditionScope): Expression {
  const [path, ...privileges] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (privileges.length === 0) return scope.fail("a path and privileges are expected");
  return {
    kind: "perm",
    path: readPath(path, scope.at(0)),
    privileges: words(privileges, scope),
    ...(any && { any: true as const }),
  };
}

function readPath(value: unknown, scope: ConditionScope): string {
  const path = text(value, scope);
  if (!path.startsWith("/") && !path.startsWith("{")) scope.fail(`"${path}" is no ACL path`);
  for (const [, name = ""] of path.matchAll(/\{([^}]*)\}/g)) {
    if (!name.startsWith("?") && name !== "value" && !scope.knows(name)) scope.fail(`there is no parameter "${name}"`);
  }
  return path;
}

function readUser(value: unknown, scope: ConditionScope): Expression {
  if (value === "root") return { kind: "root" };
  if (value === "self" || value === "own-token") return { kind: "user", is: value };
  return scope.fail("`user` is root, self or own-token");
}

function readTested(kind: "when" | "given", value: unknown, scope: ConditionScope): Expression {
  const given = record(value, ["param", "absent", "is", "not", "matches", "lacks", "named-by", "needs"], scope);
  const pattern = (key: "matches" | "lacks") => readPattern(given[key], scope.at(key));
  const test: ParamTest = {
    params: words(given["param"], scope.at("param")).map((name) => known(name, scope.at("param"))),
    ...(given["absent"] === true && { absent: true as const }),
    ...(given["is"] !== undefined && { is: words(given["is"], scope.at("is")) }),
    ...(given["not"] !== undefined && { not: words(given["not"], scope.at("not")) }),
    ...(given["matches"] !== undefined && { matches: pattern("matches") }),
    ...(given["lacks"] !== undefined && { lacks: pattern("lacks") }),
    ...(given["named-by"] !== undefined && {
      namedBy: words(given["named-by"], scope.at("named-by")).map((name) => known(name, scope.at("named-by"))),
    }),
  };
  if (given["needs"] !== undefined) return { kind, ...test, needs: readCondition(given["needs"], scope.at("needs")) };
  return kind === "given" ? { kind, ...test } : scope.fail("`when` without `needs`");
}

function readPattern(value: unknown, scope: ConditionScope): string {
  const pattern = text(value, scope);
  try {
    new RegExp(pattern);
  } catch (error) {
    scope.fail((error as Error).message);
  }
  return pattern;
}

function record(value: unknown, keys: readonly string[], scope: ConditionScope): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return scope.fail("an object is expected");
  for (const key of Object.keys(value)) if (!keys.includes(key)) scope.at(key).fail(`unknown key "${key}"`);
  return value as Readonly<Record<string, unknown>>;
}

function words(value: unknown, scope: ConditionScope): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((word) => text(typeof word === "number" ? String(word) : word, scope));
}

function text(value: unknown, scope: ConditionScope): string {
  return typeof value === "string" && value !== "" ? value : scope.fail("a text is expected");
}

function known(value: unknown, scope: ConditionScope): string {
  const name = text(value, scope);
  return scope.knows(name) ? name : scope.fail(`there is no parameter "${name}"`);
}
