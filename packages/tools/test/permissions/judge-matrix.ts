import type { Expression } from "../../src/permissions/expression.js";
import { callerOf, type PermissionReport } from "../../src/permissions/grants.js";
import { type Caller, evaluate, type Verdict } from "../../src/permissions/verdict.js";

/** `params`: the parameters were refused before the operation's code ran. `root-too`: root@pam got the same refusal. */
type AnswerNote = "params" | "root-too";

/** One recorded request, and how each caller was answered. */
export interface MatrixCase {
  readonly operation: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly answers: Readonly<Record<string, readonly [status: number, note?: AnswerNote]>>;
}

/** Who the callers were and what they held while the matrix was recorded. */
export interface RecordedGrants {
  /** Userid → groups. */
  readonly users: Readonly<Record<string, readonly string[]>>;
  readonly callers: Readonly<Record<string, { readonly id: string; readonly permissions: PermissionReport }>>;
}

/** A row where verdict and server are at odds. */
export interface MatrixMiss {
  readonly operation: string;
  readonly as: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly verdict: Verdict;
}

export interface MatrixReport {
  /** Rows that say something: of an operation of this release, and answered. */
  readonly rows: number;
  readonly agreements: number;
  /** Denied, but the server let the caller through. */
  readonly falseDenials: readonly MatrixMiss[];
  readonly refusals: number;
  /** Refused by the server, and not denied. */
  readonly missed: readonly MatrixMiss[];
  /** Denials that cannot be seen in the answer, as root@pam was refused alike for another reason. */
  readonly overtaken: readonly MatrixMiss[];
  /** Verdicts that leave it open, among the rows. */
  readonly undecided: number;
  /** Rows left out: operations of other releases, and requests that the server did not know or answer. */
  readonly leftOut: number;
}

type Finding = "agrees" | "false-denial" | "missed" | "overtaken";

/** Holds verdicts computed from the conditions against who was refused what by the real server. */
export function judgeMatrix(
  conditionOf: (route: string) => Expression | undefined,
  cases: readonly MatrixCase[],
  grants: RecordedGrants,
): MatrixReport {
  const callers = new Map(
    Object.entries(grants.callers).map(([name, { id, permissions: report }]): [string, Caller] => [
      name,
      { ...callerOf({ identity: id, kind: "user", report }), groupsOf: (userid) => grants.users[userid] ?? null },
    ]),
  );
  const found: Record<Finding, MatrixMiss[]> = { agrees: [], "false-denial": [], missed: [], overtaken: [] };
  let leftOut = 0;
  for (const { operation, params, answers } of cases) {
    const requires = conditionOf(operation);
    for (const [as, [status, note]] of Object.entries(answers)) {
      if (requires === undefined || status === 501 || status === 0) {
        leftOut += 1;
        continue;
      }
      const verdict = evaluate(requires, params, callerNamed(callers, as));
      found[compare(verdict, status, note, params)].push({ operation, as, params, status, verdict });
    }
  }
  const all = Object.values(found).flat();
  return {
    rows: all.length,
    agreements: found.agrees.length,
    falseDenials: found["false-denial"],
    refusals: all.filter(({ status }) => isRefusal(status)).length,
    missed: found.missed,
    overtaken: found.overtaken,
    undecided: all.filter(({ verdict }) => verdict.verdict === "depends" || verdict.verdict === "unknown").length,
    leftOut,
  };
}

function callerNamed(callers: ReadonlyMap<string, Caller>, as: string): Caller | undefined {
  const caller = callers.get(as);
  if (caller === undefined && as !== "anonymous") throw new Error(`nothing is known of the caller "${as}"`);
  return caller;
}

function isRefusal(status: number): boolean {
  return status === 403 || status === 401;
}

/** A denial by the operation's own code shows only where that code ran, and one by a task never. */
function compare(verdict: Verdict, status: number, note: AnswerNote | undefined, params: object): Finding {
  const denied = verdict.verdict === "denied" ? verdict.by : undefined;
  const testsDeclaredOnly = Object.keys(params).some((name) => name.startsWith("zz-"));
  if (isRefusal(status)) {
    const predicted = denied === "check" || (denied === "handler" && !testsDeclaredOnly);
    return predicted ? "agrees" : "missed";
  }
  if (denied === undefined || denied === "task" || (denied === "handler" && note === "params")) return "agrees";
  return denied === "handler" && note === "root-too" ? "overtaken" : "false-denial";
}
