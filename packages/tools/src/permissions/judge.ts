import type { OperationId } from "@pve/client";
import { conditionsOf } from "./conditions.js";
import type { Expression } from "./expression.js";
import { callerOf, type Grants } from "./grants.js";
import { remedyFor } from "./pveum.js";
import type { Params } from "./request.js";
import { evaluate, type Missing, type Verdict } from "./verdict.js";

/** Whether a call would be let through, and if not, what would help. */
export interface Judgement {
  /** `depends`: on what the call does not tell, see `why`. `unknown`: PVE checks something that nobody has written down. */
  readonly verdict: Verdict["verdict"];
  readonly why?: string;
  /** What is missing, all of it; empty where no privilege helps, as with what PVE keeps for root@pam. */
  readonly missing: readonly Missing[];
  /** The lines an administrator types on a node to grant it. */
  readonly remedy: readonly string[];
  /** The paths that it rests on, those of every alternative. */
  readonly paths: readonly string[];
}

/**
 * Says whether PVE would let a call through, by the conditions of its code and what the caller holds. Nothing is sent.
 * Parameters that the operation insists on and that are left out make the verdict depend on them, unless it is the same
 * for every value; others that are left out count as absent. A verdict of "denied" means that the call would be refused.
 * @throws Error when there is no such operation
 */
export function judge(route: OperationId, params: Params, grants: Grants): Judgement {
  return judgeWith(route, params, grants, []);
}

/** As `judge`; `unknown` are further parameters that may be given, with a value that nobody knows. */
export function judgeWith(route: string, params: Params, grants: Grants, unknown: readonly string[]): Judgement {
  const conditions = conditionsOf(route);
  if (conditions === undefined) throw new Error(`there is no operation ${route}`);
  const inPath = [...route.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
  return weigh(conditions.requires, params, grants, new Set([...inPath, ...conditions.insists, ...unknown]));
}

/** Weighs one condition against what a caller holds. */
export function weigh(condition: Expression, params: Params, grants: Grants, open: ReadonlySet<string>): Judgement {
  const known = callerOf(grants);
  const paths = new Set<string>();
  const grantsOn = (path: string): ReadonlySet<string> => {
    paths.add(path);
    return known.grants(path);
  };
  const caller = { ...known, grants: grantsOn };
  const verdict = evaluate(condition, params, caller, open);
  const missing = verdict.verdict === "denied" ? verdict.missing : [];
  const why = verdict.verdict === "depends" ? verdict.on : "why" in verdict ? verdict.why : undefined;
  return {
    verdict: verdict.verdict,
    ...(why !== undefined && { why }),
    missing,
    remedy: remedyFor(missing, grants, known.grants),
    paths: [...paths],
  };
}
