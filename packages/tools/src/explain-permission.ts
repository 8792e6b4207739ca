import type { OperationId } from "@pve/client";
import { PveRequestError, PveTaskError } from "@pve/client";
import type { Arguments } from "./arguments.js";
import type { ExecuteContext } from "./invocation.js";
import { mapArguments, spreadOptions } from "./map-arguments.js";
import { callerOf, type Grants, readGrants } from "./permissions/grants.js";
import { judge } from "./permissions/judge.js";
import { remedyFor } from "./permissions/pveum.js";
import type { Missing } from "./permissions/verdict.js";
import type { ResolvedTool } from "./resolved.js";

/**
 * What to do about a refusal for want of a privilege: which one, on which path, and what an administrator types to grant
 * it. Undefined for every other error. Asks the cluster once what the caller holds; when it does not say, less is said.
 */
export async function permissionRemedy(
  error: unknown,
  tool: ResolvedTool,
  args: Arguments,
  context: ExecuteContext,
): Promise<string | undefined> {
  const told = refusalText(error);
  if (told === undefined) return undefined;
  // Without quorum the file system of the cluster's configuration is read-only, and says so in these words.
  if (/unable to open file '\/etc\/pve/.test(told))
    return "The cluster has no quorum, so nothing can be changed: get_cluster_status shows which nodes are missing.";
  if (/user != root@pam|only (?:allowed for )?root/i.test(told))
    return "PVE allows this to nobody but root@pam signed in with a password; to no API token.";
  const grants = await grantsOf(context);
  const named = missingIn(told);
  const missing = named.length > 0 || grants === undefined ? named : judged(error, tool, args, grants);
  if (missing.length === 0) return fallback(error, tool);
  const lacks = `${grants?.identity ?? "The token"} lacks ${missing.map(inWords).join(", and ")}.`;
  const lines = grants === undefined ? [] : remedyFor(missing, grants, callerOf(grants).grants);
  return lines.length === 0 ? lacks : [`${lacks} An administrator grants it on a node with:`, ...lines].join("\n");
}

function refusalText(error: unknown): string | undefined {
  if (error instanceof PveRequestError && error.kind === "permission") return error.reason;
  const failed = error instanceof PveTaskError && error.exitstatus.includes("Permission check failed");
  return failed ? error.exitstatus : undefined;
}

async function grantsOf({ client, signal }: ExecuteContext): Promise<Grants | undefined> {
  try {
    return await readGrants(client, signal === undefined ? {} : { signal });
  } catch {
    return undefined;
  }
}

/** PVE's own words: `Permission check failed (/vms/100, VM.Audit|VM.Console)`. */
function missingIn(text: string): readonly Missing[] {
  const [, path, names = ""] = /\((\/[^\s,]*), ([A-Za-z.,|]+)\)/.exec(text) ?? [];
  if (path === undefined) return [];
  const any = names.includes("|");
  return [{ path, privileges: names.split(any ? "|" : ","), ...(any && { any: true as const }) }];
}

/** Where PVE names nothing, because there were alternatives: what the conditions of the operation come to. */
function judged(error: unknown, tool: ResolvedTool, args: Arguments, grants: Grants): readonly Missing[] {
  const operation = error instanceof PveRequestError ? error.operation : tool.entry.operation;
  const params = { ...mapArguments(tool, args), ...spreadOptions(tool, args) };
  return judge(operation as OperationId, params, grants).missing;
}

function fallback(error: unknown, tool: ResolvedTool): string {
  const needed = error instanceof PveRequestError ? tool.privileges[error.operation] : undefined;
  if (needed?.startsWith("only root@pam"))
    return "PVE allows this to nobody but root@pam signed in with a password; to no API token.";
  return needed === undefined ? "The token lacks a privilege for this." : `The operation needs ${needed}.`;
}

function inWords({ path, privileges, any }: Missing): string {
  return `${privileges.join(any ? " or " : " and ")} on ${path}`;
}
