import * as z from "zod";
import { type ApprovalConfig, defaultApproval } from "./approval-settings.js";

const LONGEST_SECONDS = 86_400;

/** The section `approval` of a configuration file. */
export const approvalSection = z
  .strictObject({
    mode: z
      .enum(["auto", "client", "operator", "off"], { error: "is one of auto, client, operator and off" })
      .optional(),
    /** For the key, and for what operators are asked. */
    directory: z.string().min(1).optional(),
    /** Seconds a question may be answered. */
    expires: z.number().int().min(10).max(LONGEST_SECONDS).optional(),
    /** Seconds a call waits for an operator. */
    wait: z.number().int().min(0).max(LONGEST_SECONDS).optional(),
  })
  .refine(({ mode, directory }) => mode !== "operator" || directory !== undefined, {
    error: "mode operator needs a directory",
  });

/** What a checked section says; `absolute` completes the path of its directory. */
export function approvalFrom(
  { mode, directory, expires, wait }: z.output<typeof approvalSection>,
  absolute: (name: string) => string,
): ApprovalConfig {
  return {
    mode: mode ?? defaultApproval.mode,
    expires: expires === undefined ? defaultApproval.expires : expires * 1000,
    patience: wait === undefined ? defaultApproval.patience : wait * 1000,
    ...(directory !== undefined && { directory: absolute(directory) }),
  };
}
