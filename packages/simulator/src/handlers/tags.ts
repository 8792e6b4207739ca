import { denied } from "../failure.js";
import type { Call } from "../handler.js";
import { splitList } from "../verify-list.js";
import { parseOption } from "../world-option.js";
import { assertAllowed } from "./storage-access.js";

/** What the datacenter's options make of tags for one caller. */
interface TagRules {
  readonly allowed: ReadonlySet<string>;
  /** Only for those who may change the datacenter. */
  readonly registered: ReadonlySet<string>;
  /** Any other tag may be taken as well. */
  readonly free: boolean;
}

function rulesFor(call: Call): TagRules {
  const { options, guests } = call.world;
  const registered = new Set(splitList(String(options["registered-tags"] ?? "")));
  const access = parseOption(String(options["user-tag-access"] ?? ""), "user-allow");
  const kind = access["user-allow"] ?? "free";
  const privileged = call.allowed("/", ["Sys.Modify"]);
  const allowed = new Set<string>(kind !== "none" || privileged ? splitList(access["user-allow-list"] ?? "") : []);
  if (kind === "free" || kind === "existing" || privileged) {
    for (const { vmid, config } of guests.values()) {
      if (config["tags"] !== undefined && call.allowed(`/vms/${vmid}`, ["VM.Audit"])) {
        for (const tag of splitList(String(config["tags"]))) {
          allowed.add(tag);
        }
      }
    }
  }
  for (const tag of registered) {
    if (privileged) {
      allowed.add(tag);
    } else {
      allowed.delete(tag);
    }
  }
  return { allowed, registered, free: kind === "free" };
}

/** The tags that the caller may give, sorted. */
export function allowedTags(call: Call): string[] {
  return [...rulesFor(call).allowed].sort();
}

/** Refuses a change of tags of the guest at an ACL path: each one that comes or goes must be the caller's to give. */
export function assertTags(call: Call, path: string, before: unknown, after: unknown): void {
  assertAllowed(call, path, ["VM.Config.Options"]);
  if (call.allowed("/", ["Sys.Modify"])) {
    return;
  }
  const { allowed, registered, free } = rulesFor(call);
  const [old, young] = [before, after].map((tags) => new Set(splitList(String(tags ?? "")))) as [
    Set<string>,
    Set<string>,
  ];
  for (const tag of new Set([...old, ...young])) {
    if (old.has(tag) !== young.has(tag) && (registered.has(tag) || !(free || allowed.has(tag)))) {
      denied(`/, Sys.Modify for modifying tag '${tag}'`);
    }
  }
}

/** Tags as the datacenter's tag style has them stored: once each, in lower case and sorted unless it says otherwise. */
export function storedTags(call: Call, value: string): string {
  const style = parseOption(String(call.world.options["tag-style"] ?? ""), "shape");
  const fold =
    style["case-sensitive"] === "1" ? (tag: string): string => tag : (tag: string): string => tag.toLowerCase();
  const tags = [...new Set(splitList(value).map(fold))];
  return (style["ordering"] === "config" ? tags : tags.sort()).join(";");
}
