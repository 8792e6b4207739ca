import type { OperationId, Task } from "@pve/client";
import type { Invocation } from "./invocation.js";
import { isRecord } from "./schema.js";

/** Calls an operation whose parameters were checked against the tool's schema rather than by the compiler. */
export async function callOperation(
  call: Invocation,
  route: OperationId,
  params: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const loose: (route: OperationId, params: never, options: object) => Promise<unknown> = call.pve.call;
  return loose.call(call.pve, route, params as never, call.watch);
}

/** Whether an operation answered with a task that runs now. */
export function isTask(result: unknown): result is Task {
  return isRecord(result) && typeof result["upid"] === "string" && typeof result["done"] === "function";
}
