import type { FactPermissions } from "../model.js";

/**
 * What has to hold before PVE does what an operation is asked. In a path `{name}` is a parameter, `{value}` what the
 * surrounding test found, and `{?the zone of the bridge}` something that PVE looks up and the parameters do not tell.
 */
export type Expression =
  /** Not even a login. */
  | { readonly kind: "world" }
  /** Any login. */
  | { readonly kind: "any-user" }
  /** The user root@pam itself; none of its tokens, and no privilege, does instead. */
  | { readonly kind: "root" }
  /** A ticket; API tokens are refused. */
  | { readonly kind: "no-token" }
  | Perm
  /** One of the privileges on all groups, or on a group of the user named by `userid`; `param`: on all of `groups`, too. */
  | { readonly kind: "group"; readonly privileges: readonly string[]; readonly param?: "create" | "update" }
  /** The user named by `userid` is the caller, or a token of the caller, or in a realm where the privilege is held. */
  | { readonly kind: "user"; readonly is: "self" | "own-token" }
  | { readonly kind: "user"; readonly realmPrivilege: string }
  /** The right to change the ACL of a path: Permissions.Modify, or the right to allocate what the path names. */
  | { readonly kind: "modify"; readonly path: string }
  | { readonly kind: "and" | "or"; readonly of: readonly Expression[] }
  /** Implication: for every parameter that the test finds, `needs` must hold. */
  | ({ readonly kind: "when"; readonly needs: Expression } & ParamTest)
  /** Conjunction: the test finds a parameter, and `needs` holds for it. */
  | ({ readonly kind: "given"; readonly needs?: Expression } & ParamTest)
  /** `needs` holds for each element, as `{value}`, of a list. */
  | { readonly kind: "each"; readonly param: string; readonly needs: Expression }
  /** The caller started the task whose UPID the parameter holds. */
  | { readonly kind: "owner"; readonly param: string }
  /** Checked by the operation's own code, so only after the parameters were found valid. */
  | { readonly kind: "handler"; readonly needs: Expression }
  /** Checked by the task: the call is accepted, and its task fails. */
  | { readonly kind: "task"; readonly needs: Expression }
  /** Known, but decided by something that a request does not show. */
  | { readonly kind: "depends"; readonly on: string }
  /** PVE checks something that nobody has written down yet. */
  | { readonly kind: "unknown"; readonly why: string };

/** All of the privileges on the path, or with `any` one of them. */
export interface Perm {
  readonly kind: "perm";
  readonly path: string;
  readonly privileges: readonly string[];
  readonly any?: true;
  /** Never satisfied while this parameter is absent. */
  readonly requireParam?: string;
}

/** Looks for parameters by name; `net[n]` finds every member of the family. The other keys restrict what is found. */
export interface ParamTest {
  readonly params: readonly string[];
  readonly absent?: true;
  readonly is?: readonly string[];
  readonly not?: readonly string[];
  /** A regular expression; its group `value` becomes `{value}`. */
  readonly matches?: string;
  readonly lacks?: string;
  /** List parameters (`delete`, `revert`) that also count as naming the parameter. */
  readonly namedBy?: readonly string[];
}

type Fail = (problem: string) => never;

/** What PVE's own `permissions` block says; no block at all means root@pam. */
export function declaredExpression(permissions: FactPermissions | undefined, fail: Fail): Expression {
  if (permissions === undefined) return { kind: "root" };
  // `user` wins where both stand: PVE looks at it first.
  if (permissions.user === "world") return { kind: "world" };
  if (permissions.user === "all") return { kind: "any-user" };
  if (permissions.user !== undefined) return fail(`unknown \`user\` "${permissions.user}" in permissions`);
  if (permissions.check === undefined) return fail("permissions with neither `user` nor `check`");
  return parseCheck(permissions.check, fail);
}

/** Parses one of PVE's nested arrays, such as `["perm", "/vms/{vmid}", ["VM.Audit"]]`. */
export function parseCheck(check: unknown, fail: Fail): Expression {
  if (!Array.isArray(check)) return fail(`a list is expected, not ${JSON.stringify(check)}`);
  const [word, ...rest] = check as readonly unknown[];
  switch (word) {
    case "and":
    case "or":
      if (rest.length === 0) return fail(`an empty "${word}"`);
      return { kind: word, of: rest.map((inner) => parseCheck(inner, fail)) };
    case "perm":
      return parsePerm(rest, fail);
    case "userid-group":
      return parseGroup(rest, fail);
    case "userid-param":
      if (typeof rest[0] !== "string" || rest.length > 1) return fail("`userid-param` takes one word");
      return rest[0] === "self" ? { kind: "user", is: "self" } : { kind: "user", realmPrivilege: rest[0] };
    case "perm-modify":
      if (typeof rest[0] !== "string" || rest.length > 1) return fail("`perm-modify` takes one path");
      return { kind: "modify", path: rest[0] };
    default:
      return fail(`unknown permission test ${JSON.stringify(word)}`);
  }
}

function parsePerm([path, names, ...modifiers]: readonly unknown[], fail: Fail): Perm {
  if (typeof path !== "string") return fail("`perm` without a path");
  const options = parseOptions(modifiers, ["any", "require_param"], fail);
  const required = options.get("require_param");
  return {
    kind: "perm",
    path,
    privileges: parseNames(names, fail),
    ...((options.get("any") === 1 || options.get("any") === true) && { any: true as const }),
    ...(required !== undefined && { requireParam: String(required) }),
  };
}

function parseGroup([names, ...modifiers]: readonly unknown[], fail: Fail): Expression {
  const param = parseOptions(modifiers, ["groups_param"], fail).get("groups_param");
  if (param !== undefined && param !== "create" && param !== "update")
    return fail(`unknown \`groups_param\` ${JSON.stringify(param)}`);
  return { kind: "group", privileges: parseNames(names, fail), ...(param !== undefined && { param }) };
}

function parseNames(names: unknown, fail: Fail): readonly string[] {
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === "string"))
    return fail(`a list of privileges is expected, not ${JSON.stringify(names)}`);
  return names as readonly string[];
}

function parseOptions(list: readonly unknown[], known: readonly string[], fail: Fail): ReadonlyMap<string, unknown> {
  const options = new Map<string, unknown>();
  for (let at = 0; at < list.length; at += 2) {
    const name = String(list[at]);
    if (!known.includes(name) || at + 1 >= list.length) fail(`unknown or incomplete option "${name}"`);
    options.set(name, list[at + 1]);
  }
  return options;
}

/** All of them, without layers that say nothing. */
export function allOf(parts: readonly Expression[]): Expression {
  const flat = parts.flatMap((part) => (part.kind === "and" ? part.of : [part]));
  const [only] = flat;
  return only !== undefined && flat.length === 1 ? only : { kind: "and", of: flat };
}
