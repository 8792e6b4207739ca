import { die, invalid } from "../failure.js";
import type { Call } from "../handler.js";
import type { Config, ConfigValue, Guest } from "../world.js";
import { configDigest } from "../world-guest.js";
import { list, text } from "./guest-call.js";
import { storedTags } from "./tags.js";

const control = new Set([
  "node",
  "vmid",
  "delete",
  "revert",
  "digest",
  "skiplock",
  "force",
  "background_delay",
  "import-working-storage",
]);

/** What one call wants to change. */
export interface Changes {
  readonly set: Config;
  readonly remove: readonly string[];
  readonly revert: readonly string[];
}

/** The keys that stay text although the schema calls them numbers. */
const textual = new Set(["cpulimit", "migrate_downtime"]);

/** A verified parameter as the configuration file stores it. */
export function stored(call: Call, key: string, value: Call["params"][string]): ConfigValue {
  const plain = typeof value === "object" ? value.join(",") : value;
  if (key === "tags") {
    return storedTags(call, String(plain));
  }
  return textual.has(key) ? String(plain) : plain;
}

/** Reads the changes of a config call; `known` says which keys `delete` and `revert` accept. */
export function changesOf(call: Call, known: (key: string) => boolean): Changes {
  const set: Config = {};
  const remove = new Set(list(call, "delete"));
  for (const [name, value] of Object.entries(call.params)) {
    const key = name === "cdrom" ? "ide2" : name;
    if (control.has(name)) {
      continue;
    }
    if (value === "") {
      remove.add(key);
    } else {
      set[key] = stored(call, key, value);
    }
  }
  const revert = list(call, "revert");
  if (remove.size === 0 && revert.length === 0 && Object.keys(set).length === 0) {
    die("no options specified");
  }
  for (const [name, keys] of [
    ["delete", [...remove]],
    ["revert", revert],
  ] as const) {
    assertKeys(name, keys, set, known);
  }
  return { set, remove: [...remove], revert };
}

function assertKeys(
  name: "delete" | "revert",
  keys: readonly string[],
  set: Config,
  known: (key: string) => boolean,
): void {
  for (const key of keys) {
    if (key in set) {
      const quote = name === "delete" ? `-delete ${key}'` : `'-revert ${key}'`;
      invalid({ [name]: `you can't use '-${key}' and ${quote} at the same time` });
    }
    if (!known(key)) {
      invalid({ [name]: `unknown option '${key}'` });
    }
  }
}

/** 500 when the caller's digest is not the file's; the text depends on the kind of guest. */
export function assertDigest(call: Call, guest: Guest): void {
  const digest = text(call, "digest");
  if (digest !== undefined && digest !== configDigest(guest)) {
    die(
      guest.kind === "qemu"
        ? "checksum mismatch (file change by other user?)"
        : "detected modified configuration - file changed by other user? Try again.",
    );
  }
}

/** Sets or removes the lock word, which is kept apart from the rest; takes it out of what else is to be changed. */
export function applyLock(guest: Guest, { set, remove, revert }: Changes): Changes {
  const { lock, ...others } = set;
  if (lock !== undefined) {
    guest.lock = String(lock);
  } else if (remove.includes("lock")) {
    delete guest.lock;
  }
  return { set: others, remove: remove.filter((key) => key !== "lock"), revert };
}
