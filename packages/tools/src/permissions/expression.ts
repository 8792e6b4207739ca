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
