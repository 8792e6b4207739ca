import { invalid } from "../failure.js";
import type { Call } from "../handler.js";
import { cpuProblem } from "./capabilities.js";
import { text } from "./guest-call.js";
import { assertPublicKeys } from "./public-keys.js";

/** What a VM's options are checked for beyond their form, before anything else: the CPU model and the keys for logging in. */
export function assertGuestText(call: Call): void {
  const cpu = text(call, "cpu");
  const problem = cpu === undefined ? undefined : cpuProblem(call, cpu);
  if (problem !== undefined) {
    invalid({ cpu: `invalid format - ${problem}\n` });
  }
  assertPublicKeys(unescaped(text(call, "sshkeys") ?? ""));
}

/** As Perl unescapes: what is no escape stays, and bytes stay bytes. */
function unescaped(value: string): string {
  return value.replace(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
