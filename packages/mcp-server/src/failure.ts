import { PveConnectionError } from "@pve/client";
import { ToolConnectionError, ToolError, ToolRefusedError, ToolTaskError } from "@pve/tools";
import type { FailureKind } from "./answer.js";
import { fenced } from "./fence.js";
import { cleanText } from "./render.js";

/**
 * What a failed call says to the model: what was refused and why, the task's last words, and what to do next.
 *
 * An error that is none of ours is a defect of this server; its message goes to `onDefect`, not to the model.
 */
export function failureText(tool: string, error: unknown, onDefect: (message: string) => void): string {
  if (!(error instanceof ToolError)) {
    onDefect(`${tool}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return `${tool} failed inside the server, not on the cluster. The operator finds the reason in the server's stderr.`;
  }
  const remedy = settingRemedy(error) ?? error.remedy;
  const parts = [
    `${tool}: ${error.message}`,
    ...taskLines(error),
    ...(remedy === undefined ? [] : [`What to do: ${remedy}`]),
  ];
  return cleanText(parts.join("\n"));
}

/** Whether a call failed because nobody answered: nothing of it has reached a node. */
export function failureKind(error: unknown): FailureKind | undefined {
  const { cause } = error instanceof ToolConnectionError ? error : {};
  const kinds: readonly string[] = ["refused", "dns", "timeout", "tls", "tls-pin", "reset"];
  const isUnreached = cause instanceof PveConnectionError && cause.sent === "no" && kinds.includes(cause.kind);
  return isUnreached ? "unreachable" : undefined;
}

function taskLines(error: ToolError): readonly string[] {
  if (!(error instanceof ToolTaskError)) return [];
  const log = error.log.map(cleanText).join("\n");
  return [`Task: ${error.upid}`, ...(log === "" ? [] : ["Last lines of its log:", fenced(log)])];
}

/** Remedies that only this package can name, because they are settings of the server. */
function settingRemedy(error: ToolError): string | undefined {
  if (error instanceof ToolRefusedError && error.kind === "authentication") {
    return "The operator has to correct the server's PVE_TOKEN: the cluster does not know this token, or it has expired. Calling again does not help.";
  }
  const { cause } = error;
  if (!(error instanceof ToolConnectionError && cause instanceof PveConnectionError)) return undefined;
  switch (cause.kind) {
    case "refused":
    case "dns":
      return "The operator has to check the server's PVE_URL, and that the node is up and answers there.";
    case "tls":
      return 'The operator has to set PVE_FINGERPRINT to the node\'s SHA-256 fingerprint ("pvenode cert info" shows it), or PVE_CA to its certificate authority.';
    case "tls-pin":
      return "The operator has to find out why: a renewed certificate means a new PVE_FINGERPRINT, anything else means that another machine answers at PVE_URL. Nothing was sent to it.";
    default:
      return undefined;
  }
}
