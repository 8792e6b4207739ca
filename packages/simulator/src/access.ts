import { randomUUID } from "node:crypto";
import { builtInRoles, privilegesOf } from "./access-roles.js";
import { type Release, releases } from "./contracts.js";
import type { Section } from "./section-config.js";

/** An API token of a user. */
export interface Token {
  readonly tokenid: string;
  secret: string;
  /** Privilege separation: true means the token has only what its own ACL entries and its user's both give. */
  privsep: boolean;
  /** Epoch seconds; 0 never expires. */
  expire: number;
  comment?: string;
}

/** A user account. */
export interface User {
  readonly userid: string;
  enable: boolean;
  /** Epoch seconds; 0 never expires. */
  expire: number;
  password?: string;
  firstname?: string;
  lastname?: string;
  email?: string;
  comment?: string;
  readonly tokens: Map<string, Token>;
}

/** A group of users. */
export interface Group {
  readonly groupid: string;
  readonly members: Set<string>;
  comment?: string;
}

/** A named set of privileges. */
export interface Role {
  readonly roleid: string;
  readonly privs: Set<string>;
  /** Built in and not editable. */
  readonly special: boolean;
}

/** An authentication realm. */
export interface Realm {
  readonly realm: string;
  readonly type: "pam" | "pve" | "ad" | "ldap" | "openid";
  comment?: string;
  default?: boolean;
  /** The rest of its section; secrets are not kept. */
  options?: Section;
}

/** One row of the access control list. */
export interface AclEntry {
  readonly path: string;
  readonly kind: "user" | "group" | "token";
  /** `user@realm`, a group id, or `user@realm!token`. */
  readonly ugid: string;
  readonly roleid: string;
  propagate: boolean;
}

/** Everything that decides who may do what, apart from pool membership (which the world's pools hold). */
export interface AccessState {
  readonly users: Map<string, User>;
  readonly groups: Map<string, Group>;
  readonly roles: Map<string, Role>;
  readonly realms: Map<string, Realm>;
  /** Replaced as a whole by every change, never changed in place: what is looked up by path is kept for each list. */
  acl: readonly AclEntry[];
  /** What root@pam may: every privilege of the release, everywhere. */
  readonly everything: ReadonlyMap<string, boolean>;
}

/** What a seed says about accounts and rights; everything left out gets PVE's default. */
export interface AccessSeed {
  readonly users?: readonly UserSeed[];
  readonly groups?: readonly { readonly groupid: string; readonly comment?: string }[];
  /** Roles beside the built-in ones. */
  readonly roles?: readonly { readonly roleid: string; readonly privs: readonly string[] }[];
  /** Realms beside `pam` and `pve`. */
  readonly realms?: readonly Realm[];
  readonly acl?: readonly {
    readonly path: string;
    /** A user, a token (contains `!`) or a group (`@` in front). */
    readonly to: string;
    readonly roleid: string;
    readonly propagate?: boolean;
  }[];
}

/** One account of a seed. */
export interface UserSeed {
  readonly userid: string;
  /** Without one, nobody can log in with a password. */
  readonly password?: string;
  readonly enable?: boolean;
  readonly expire?: number;
  readonly firstname?: string;
  readonly lastname?: string;
  readonly email?: string;
  readonly comment?: string;
  readonly groups?: readonly string[];
  readonly tokens?: readonly TokenSeed[];
}

/** One token of a seed; without `secret` it gets a random one. */
export interface TokenSeed {
  readonly tokenid: string;
  readonly secret?: string;
  readonly privsep?: boolean;
  readonly expire?: number;
  readonly comment?: string;
}

/** Builds the access state of a world: realms pam and pve, the built-in roles, `root@pam`, then what the seed says. */
export function seedAccess(seed: AccessSeed = {}, release: Release = releases[0]): AccessState {
  const state: AccessState = {
    users: new Map([["root@pam", newUser({ userid: "root@pam" })]]),
    groups: new Map((seed.groups ?? []).map((group) => [group.groupid, { ...group, members: new Set() }])),
    roles: new Map(),
    realms: new Map([
      ["pam", { realm: "pam", type: "pam", comment: "Linux PAM standard authentication" }],
      ["pve", { realm: "pve", type: "pve", comment: "Proxmox VE authentication server" }],
    ]),
    acl: (seed.acl ?? []).map(({ path, to, roleid, propagate }) => ({
      path,
      ...subjectOf(to),
      roleid,
      propagate: propagate ?? true,
    })),
    everything: new Map(privilegesOf(release).map((privilege) => [privilege, true])),
  };
  for (const [roleid, privs] of Object.entries(builtInRoles(release))) {
    state.roles.set(roleid, { roleid, privs: new Set(privs), special: true });
  }
  for (const { roleid, privs } of seed.roles ?? []) {
    state.roles.set(roleid, { roleid, privs: new Set(privs), special: false });
  }
  for (const realm of seed.realms ?? []) {
    state.realms.set(realm.realm, { ...realm });
  }
  for (const user of seed.users ?? []) {
    state.users.set(user.userid, newUser(user));
    for (const groupid of user.groups ?? []) {
      state.groups.get(groupid)?.members.add(user.userid);
    }
  }
  return state;
}

function newUser({ groups: _groups, tokens, ...rest }: UserSeed): User {
  return {
    enable: true,
    expire: 0,
    ...rest,
    tokens: new Map((tokens ?? []).map((token) => [token.tokenid, newToken(token)])),
  };
}

/** Makes a token; without `secret` it gets a random one. */
export function newToken(token: TokenSeed): Token {
  return { privsep: true, expire: 0, secret: randomUUID(), ...token };
}

/** Splits an ACL subject written as in {@link AccessSeed} into its kind and PVE's `ugid`. */
export function subjectOf(to: string): { kind: AclEntry["kind"]; ugid: string } {
  if (to.startsWith("@")) {
    return { kind: "group", ugid: to.slice(1) };
  }
  return { kind: to.includes("!") ? "token" : "user", ugid: to };
}
