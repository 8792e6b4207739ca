import type { OperationId, PveClient } from "@pve/client";
import { type Grants, type Judgement, judge, readGrants, readGrantsOn } from "@pve/tools";
import type { ApiRequest } from "./api-request.js";

/** Milliseconds that what an identity may do is taken for granted. */
const LIFETIME = 60_000;

const known = new WeakMap<PveClient, { readonly at: number; readonly grants: Promise<Grants | undefined> }>();

/**
 * Whether PVE would let a client send a request; undefined where that cannot be found out. What the client's identity
 * may do is asked for once a minute at most, and with `again` anew before it is said that something is lacking: it may
 * have been granted meanwhile, or have come with what was made, as the rights of a pool do.
 * Route: `GET /access/permissions`.
 */
export async function permissionFor(
  client: PveClient,
  request: ApiRequest,
  now: number,
  again: boolean,
): Promise<Judgement | undefined> {
  const first = judged(request, await grantsOf(client, now));
  if (first?.verdict !== "denied" || first.missing.length === 0 || !again) return first;
  known.delete(client.root);
  const grants = await grantsOf(client, now);
  const second = judged(request, grants);
  if (grants === undefined || second?.verdict !== "denied") return second;
  // What the report on everything leaves in doubt, PVE says of a single path.
  return judged(request, await readGrantsOn(client, grants, second.paths).catch(() => undefined));
}

function judged({ route, params }: ApiRequest, grants: Grants | undefined): Judgement | undefined {
  if (grants === undefined) return undefined;
  try {
    return judge(route as OperationId, params, grants);
  } catch {
    return undefined;
  }
}

/** What a client's identity may do, asked for once a minute at most; undefined where it cannot be found out. */
export function grantsOf(client: PveClient, now: number): Promise<Grants | undefined> {
  const kept = known.get(client.root);
  if (kept !== undefined && Math.abs(now - kept.at) < LIFETIME) return kept.grants;
  const grants = readGrants(client).catch(() => undefined);
  known.set(client.root, { at: now, grants });
  return grants;
}

/** Says what a token lacks, and who gives it with which command; undefined unless it is sure that PVE would refuse. */
export function lacking(
  judgement: Pick<Judgement, "verdict" | "why" | "missing" | "remedy"> | undefined,
): string | undefined {
  if (judgement?.verdict !== "denied") return undefined;
  const missing = judgement.missing.map(
    ({ path, privileges, any }) => `${privileges.join(any === true ? " or " : " and ")} on ${path}`,
  );
  const what =
    missing.length > 0 ? `the token lacks ${missing.join(", and ")}` : (judgement.why ?? "no token may do this");
  const remedy = judgement.remedy.length > 0 ? ` An administrator grants it with: ${judgement.remedy.join("; ")}` : "";
  return `PVE would not let it through: ${what}.${remedy}`;
}
