import type { Risk } from "@pve/tools";
import type { ApprovalMode } from "./approval/approval-settings.js";
import type { ExposureFlags } from "./exposure/exposure-settings.js";
import type { ReadFlags } from "./flags.js";
import { checkAllow, checkApproval, checkOutputSchemas, checkWait, gather } from "./settings.js";

/** What the flags say, checked. */
export interface FlagSettings extends ExposureFlags {
  readonly allow: readonly Risk[];
  readonly wait: number | undefined;
  readonly approval: ApprovalMode | undefined;
}

/** Checks the flags that every command has, one by one; never throws. */
export function flagSettingsOf(flags: ReadFlags["flags"]): FlagSettings & { readonly problems: readonly string[] } {
  const { problems, take } = gather();
  const { wait, approval, outputSchemas } = flags;
  return {
    ...flags,
    allow: flags.allow.flatMap((text) => take(checkAllow(text)) ?? []),
    wait: wait === undefined ? undefined : take(checkWait(wait)),
    approval: approval === undefined ? undefined : take(checkApproval(approval)),
    outputSchemas: outputSchemas === undefined ? undefined : take(checkOutputSchemas(outputSchemas)),
    problems,
  };
}
