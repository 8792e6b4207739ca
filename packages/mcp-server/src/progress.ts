import type { ServerContext } from "@modelcontextprotocol/server";
import type { Progress } from "@pve/tools";
import { cleanText } from "./render.js";

/** The least step by which progress grows when the task does not say how far it is. */
const STEP = 0.01;

/** Passes progress on to the client of one request. */
export interface ProgressSender {
  readonly send: (progress: Progress) => void;
  /** Resolves when everything sent is on its way; a client drops what comes after the result. */
  flushed(): Promise<void>;
}

/**
 * Makes the sender for a request; it does nothing for a client that did not ask for progress.
 *
 * The protocol wants a number that only grows. It is the percentage where the task's log names one, and creeps
 * forward otherwise; `total` is 100 once a percentage was seen.
 */
export function createProgressSender({ mcpReq }: ServerContext): ProgressSender {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return { send: () => {}, flushed: () => Promise.resolve() };
  let reached = 0;
  let measured = false;
  let sending = Promise.resolve();
  return {
    send({ percent, message }) {
      measured ||= percent !== undefined;
      reached = Math.max(reached + STEP, percent ?? 0);
      const params = { progressToken, progress: reached, ...(measured && { total: 100 }), message: cleanText(message) };
      const notified = mcpReq.notify({ method: "notifications/progress", params });
      // A client that went away cannot be told; its request is being cancelled anyway.
      sending = Promise.all([sending, notified]).then(
        () => {},
        () => {},
      );
    },
    flushed: () => sending,
  };
}
