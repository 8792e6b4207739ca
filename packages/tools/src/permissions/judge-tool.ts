import { mapArguments, spreadOptions } from "../map-arguments.js";
import type { ResolvedTool } from "../resolved.js";
import { callerOf, type Grants } from "./grants.js";
import { type Judgement, judgeWith, weigh } from "./judge.js";
import { remedyFor } from "./pveum.js";
import type { Params } from "./request.js";

/** The judgement of one of a tool's operations. */
export interface OperationJudgement extends Judgement {
  readonly operation: string;
  /** The tool survives its refusal, and says what is missing. */
  readonly optional: boolean;
}

/** The judgement of a tool, and of each operation that it may call. */
export interface ToolJudgement extends Omit<Judgement, "paths"> {
  readonly operations: readonly OperationJudgement[];
}

/**
 * Says whether a tool would be let do its work, by the arguments given or, without any, for whatever it is asked.
 * "denied" means that it would be refused; where a refusal only concerns an operation that the tool may not need, the
 * verdict is "depends" and `missing` names what it might come to. `operations` tells more, those apart that are optional.
 */
export function judgeTool(
  tool: ResolvedTool,
  args: Readonly<Record<string, unknown>> | undefined,
  grants: Grants,
): ToolJudgement {
  const params = { ...mapArguments(tool, args ?? {}), ...spreadOptions(tool, args ?? {}) };
  const operations = tool.operations.map((operation, index) => ({
    operation,
    optional: tool.optional.includes(operation),
    certain: index === 0 && tool.entry.picks !== true && !tool.optional.includes(operation),
    ...judgeWith(operation, params, grants, makesOf(tool, args)),
  }));
  const located = locating(tool, params, grants);
  const needed = [...located, ...operations.filter(({ optional }) => !optional)];
  const verdict = verdictOf(needed);
  const missing = distinct(needed.flatMap((one) => one.missing));
  const why = needed.find((one) => one.verdict !== "allowed")?.why;
  return {
    verdict,
    ...(verdict !== "allowed" && why !== undefined && { why }),
    missing,
    remedy: remedyFor(missing, grants, callerOf(grants).grants),
    operations: operations.map(({ certain: _certain, ...one }) => one),
  };
}

/** Parameters that the recipe makes of arguments of the tool's own, where one of those is given or nothing is said. */
function makesOf({ entry }: ResolvedTool, args: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const own = Object.entries(entry.accepts).filter(
    ([, target]) => typeof target !== "string" && target.for === undefined,
  );
  return args === undefined || own.some(([name]) => args[name] !== undefined) ? (entry.passes ?? []) : [];
}

/** A guest whose node is not named is looked up in the cluster, where only those are listed that the caller may see. */
function locating({ entry }: ResolvedTool, params: Params, grants: Grants) {
  const { locates } = entry;
  if (locates === undefined || locates === "task") return [];
  // Which kind a guest is of is looked up even where its node is named.
  if (params["node"] !== undefined && locates !== "guest") return [];
  const visible = { kind: "perm", path: "/vms/{vmid}", privileges: ["VM.Audit"] } as const;
  return [{ certain: true, ...weigh(visible, params, grants, new Set(["vmid"])) }];
}

function verdictOf(needed: readonly (Judgement & { readonly certain: boolean })[]): Judgement["verdict"] {
  if (needed.some(({ verdict, certain }) => verdict === "denied" && certain)) return "denied";
  if (needed.some(({ verdict }) => verdict === "unknown")) return "unknown";
  return needed.some(({ verdict }) => verdict !== "allowed") ? "depends" : "allowed";
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
