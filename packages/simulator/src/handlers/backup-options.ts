import { denied, invalid } from "../failure.js";
import type { Call } from "../handler.js";
import type { Section } from "../section-config.js";
import { parseOption } from "../world-option.js";
import { isRoot, text } from "./guest-call.js";
import { assertAllowed } from "./storage-access.js";

const rootOnly = ["tmpdir", "dumpdir", "script", "job-id"];
const sensitive = ["bwlimit", "ionice", "performance"];

/** Refuses options that the caller may not set or, in a job, take away by `remove`. */
export function assertMayUse(call: Call, remove: readonly string[] = []): void {
  if (isRoot(call)) {
    return;
  }
  for (const name of rootOnly) {
    if (call.params[name] !== undefined || remove.includes(name)) {
      invalid({ [name]: "Only root may set this option." });
    }
  }
  const tuned = sensitive.some((name) => call.params[name] !== undefined || remove.includes(name));
  if (tuned && !call.allowed("/", ["Sys.Modify"])) {
    denied("/, Sys.Modify");
  }
  const fleecing = parseOption(text(call, "fleecing") ?? "", "enabled")["storage"];
  if (fleecing !== undefined) {
    assertAllowed(call, `/storage/${fleecing}`, ["Datastore.AllocateSpace"]);
  }
}

/** The storage that backups go to; nothing when they go to a directory. */
export function backupStorage(options: Readonly<Record<string, unknown>>): string | undefined {
  return options["dumpdir"] === undefined ? String(options["storage"] ?? "local") : undefined;
}

/**
 * What PVE refuses in one set of backup options; with `complete` something must be selected. To exclude guests is to
 * select all others.
 */
export function verifyBackupOptions(options: Section, complete: boolean): void {
  for (const other of ["all", "exclude", "pool"]) {
    if (isSet(options[other]) && isSet(options["vmid"])) {
      invalid({ [other]: "option conflicts with option 'vmid'" });
    }
  }
  if (options["exclude"] !== undefined && !isSet(options["pool"])) {
    options["all"] = 1;
  }
  if (complete && !["all", "stop", "pool", "vmid"].some((key) => isSet(options[key]))) {
    invalid({ vmid: "property is missing" });
  }
}

function isSet(value: Section[string] | undefined): boolean {
  return value !== undefined && value !== 0 && value !== "";
}
