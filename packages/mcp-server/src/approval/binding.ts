import type { PveClient } from "@pve/client";
import type { Action } from "../action.js";
import type { ApiRequest } from "../policy/api-request.js";
import { recordOf } from "../policy/record.js";
import { digestOf } from "./canonical.js";

/** What an approval is for, as digests. */
export interface Binding {
  /** The target, the tool, its arguments and the caller. */
  readonly who: string;
  /** The requests that are approved, each with the state of its object. */
  readonly whats: readonly string[];
}

/** What somebody asks for: target, tool, arguments and caller. */
export function whoOf({ target, tool, args, caller }: Action): string {
  return digestOf({ target: target.name, tool: tool.name, args, caller: caller.id });
}

/** A request together with the state of what it is about. */
export function whatOf(request: ApiRequest, state: string | undefined): string {
  return digestOf({ route: request.route, params: request.params, state });
}

/**
 * The state of the object that a request changes, as far as the API tells it without what changes by itself: the digest
 * of a guest's configuration, or of the record behind the same path. Undefined where there is nothing to compare.
 */
export async function stateOf(
  client: PveClient,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<string | undefined> {
  const record = await recordOf(client, request, signal);
  if (record === undefined) return undefined;
  if ("digest" in record && typeof record.digest === "string") return record.digest;
  // Figures such as what is in use change without anybody's doing.
  return digestOf(Object.entries(record).filter(([, value]) => typeof value === "string"));
}
