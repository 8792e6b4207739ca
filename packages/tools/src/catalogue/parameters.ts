import type { Parameter } from "../define.js";

/** Settings that only a change takes: they are arguments of their own, or no business of a tool. */
const NO_SETTING = ["delete", "revert", "digest", "force", "skiplock", "background_delay"];

/** `force` would overwrite a guest that exists, which is no creation any more. */
const NOT_CREATED = ["force", "skiplock"];

/** Settings that go. Deleting an unused volume's entry would destroy its data, which an update never does. */
export const removal = {
  for: "delete",
  type: ["array", "string"],
  brief: "Settings to take away; a disk stays as unused",
  description:
    "Names of settings to take away, comma-separated. A disk is detached and kept as unused; an unused one is not destroyed here.",
  items: { type: "string" },
} as const satisfies Parameter;

/** Memory in MiB; PVE takes it as text, because a property string may stand there one day. */
export const memory = {
  for: "memory",
  type: "integer",
  brief: "MiB",
  description: "Memory in MiB.",
  minimum: 16,
} as const satisfies Parameter;

/** The VMID of a guest that is to be made. */
export function fresh<const Name extends string>(name: Name) {
  return {
    for: name,
    type: "integer",
    brief: "Left out: the next free one",
    description: "VMID of the new guest; left out, the cluster's next free one.",
    minimum: 100,
    maximum: 999_999_999,
  } as const satisfies Parameter;
}

/** The settings that an update changes. */
export function settings(example: string) {
  return {
    type: ["object", "string"],
    brief: "Settings by name; an object changes only its parts, null takes one away",
    description: `Settings by name, such as ${example}. An object changes only the parts it names, text replaces all of them, null takes the setting away.`,
    spreads: { except: NO_SETTING },
  } as const satisfies Parameter;
}

/** Every option of a creation that is no argument of its own. */
export function configOptions(example: string) {
  return {
    type: ["object", "string"],
    brief: "Any other option of PVE",
    description: `Any other option of PVE by its name, such as ${example}.`,
    spreads: { except: NOT_CREATED },
  } as const satisfies Parameter;
}

/** When an account or a token ends. */
export const expiry = {
  for: "expire",
  type: ["integer", "string"],
  moment: true,
  minimum: 0,
  brief: "A date, or epoch seconds; 0: never",
  description: "When it stops working: a date such as 2027-01-31 (UTC), or seconds since the epoch; 0 for never.",
} as const satisfies Parameter;
