import { defaultApproval } from "./approval/approval-settings.js";
import { createApproval } from "./approval/create-approval.js";
import { openAudit } from "./audit/audit-log.js";
import type { ServerConfig } from "./config.js";
import type { RunSettings } from "./run-action.js";
import { createTracer } from "./telemetry/tracer.js";

/** The part of a server's settings that says what may be done, who is asked, and where it is written down. */
export type Safety = Pick<RunSettings, "policy" | "approval" | "permissions" | "audit" | "tracer">;

/**
 * Makes ready what is configured of rules, approval, audit and traces.
 * @throws Error when a directory cannot be used
 */
export function safetyOf(
  { safety: { policy, approval, permissions, audit }, telemetry }: Pick<ServerConfig, "safety" | "telemetry">,
  onDefect: (message: string) => void,
): Safety {
  return {
    approval: createApproval(approval ?? defaultApproval),
    ...(policy !== undefined && { policy }),
    ...(permissions !== undefined && { permissions }),
    ...(audit !== undefined && { audit: openAudit({ ...audit, now: Date.now }) }),
    ...(telemetry !== undefined && { tracer: createTracer({ ...telemetry, now: Date.now, send: fetch, onDefect }) }),
  };
}
