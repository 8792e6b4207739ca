import type { PveClient } from "@pve/client";
import type { Caller } from "./verdict.js";

/** ACL path → privilege → whether it propagates (1 or 0), as `GET /access/permissions` prints it. */
export type PermissionReport = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Who a client calls as, and what that identity may do where. Plain data. */
export interface Grants {
  /** `user@realm`, or `user@realm!tokenid`. */
  readonly identity: string;
  /** `root` is root@pam itself: nothing is refused to it. A token of root@pam is a `token` like any other. */
  readonly kind: "root" | "user" | "token";
  /** Of a token with privilege separation, what it and its user both hold. */
  readonly report: PermissionReport;
}

/**
 * Reads what the caller may do, in one request that PVE refuses to nobody who is signed in: `GET /access/permissions`.
 *
 * PVE leaves out paths on which nothing is held, so what the role NoAccess takes away below a path that propagates does
 * not show: a verdict of "allowed" is then too kind, one of "denied" never wrong.
 * @throws whatever a call of the client throws
 */
export async function readGrants(client: PveClient, options: { readonly signal?: AbortSignal } = {}): Promise<Grants> {
  const identity = await client.identity();
  const report = reportIn(await client.call("GET /access/permissions", {}, options));
  const kind = identity === "root@pam" ? "root" : identity.includes("!") ? "token" : "user";
  return { identity, kind, report };
}

/**
 * The same grants with what is held on these paths, as PVE itself works it out, one request a path. It says so without the
 * doubts that the whole report leaves: what a path has from above is not always told there.
 * @throws whatever a call of the client throws
 */
export async function readGrantsOn(client: PveClient, grants: Grants, paths: readonly string[]): Promise<Grants> {
  const reports = await Promise.all(
    paths.map(async (path) => {
      const answer = reportIn(await client.call("GET /access/permissions", { path }));
      return [path, answer[path] ?? {}] as const;
    }),
  );
  return { ...grants, report: { ...grants.report, ...Object.fromEntries(reports) } };
}

function reportIn(answer: object): PermissionReport {
  const flags = (held: object) => Object.entries(held).map(([name, flag]) => [name, Number(flag)] as const);
  return Object.fromEntries(Object.entries(answer).map(([path, held]) => [path, Object.fromEntries(flags(held))]));
}

/**
 * Reads grants as PVE means them: a path that is not listed has what propagates from the nearest one above where anything
 * does; roles that do not propagate hide none of those from further up. What is in a pool is always listed.
 */
export function callerOf({ identity, report }: Grants): Caller {
  const handedDown = (path: string): ReadonlySet<string> => {
    const flagged = [path, ...parents(path)].map((one) => propagated(report[one]));
    return flagged.find(({ size }) => size > 0) ?? new Set();
  };
  const on = (path: string): ReadonlySet<string> => {
    const own = report[path];
    return own === undefined ? handedDown(path) : new Set(Object.keys(own));
  };
  const knownBelow = (path: string) => Object.keys(report).filter((other) => other !== path && isBelow(other, path));
  return {
    id: identity,
    grants: on,
    knownBelow,
    everywhereBelow(path) {
      const deeper = knownBelow(path);
      return new Set([...handedDown(path)].filter((privilege) => deeper.every((other) => on(other).has(privilege))));
    },
  };
}

function propagated(privileges: Readonly<Record<string, number>> | undefined): ReadonlySet<string> {
  return new Set(Object.entries(privileges ?? {}).flatMap(([name, flag]) => (flag === 1 ? [name] : [])));
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(above === "/" ? "/" : `${above}/`);
}

/** `/a`, `/` for `/a/b`. */
function parents(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return [...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`).reverse(), "/"];
}
