import { invalid } from "../failure.js";
import type { Call } from "../handler.js";
import type { Guest, GuestKind } from "../world.js";
import { guestOn } from "../world-guest.js";

/** A string parameter, if given. */
export function text(call: Call, name: string): string | undefined {
  const value = call.params[name];
  return value === undefined ? undefined : String(value);
}

/** A string parameter that the contract makes required. */
export function need(call: Call, name: string): string {
  return text(call, name) ?? invalid({ [name]: "property is missing and it is not optional" });
}

/** A number parameter, if given. */
export function number(call: Call, name: string): number | undefined {
  const value = call.params[name];
  return value === undefined ? undefined : Number(value);
}

/** A boolean parameter; `otherwise` when absent. */
export function flag(call: Call, name: string, otherwise = false): boolean {
  const value = call.params[name];
  return value === undefined ? otherwise : Number(value) === 1;
}

/** A `-list` parameter, split as PVE splits: on commas, semicolons, blanks and NUL. */
export function list(call: Call, name: string): string[] {
  const value = call.params[name];
  if (value === undefined) {
    return [];
  }
  return (typeof value === "object" ? value.map(String) : String(value).split(/[,; \0\t\n]+/)).filter((v) => v !== "");
}

/** Whether the caller is the literal root@pam, not one of its tokens. */
export function isRoot(call: Call): boolean {
  return call.caller.authid === "root@pam";
}

/** 400 for parameters that only root@pam itself may use. */
export function assertRootOnly(call: Call, names: readonly string[]): void {
  for (const name of names) {
    if (call.params[name] !== undefined && !isRoot(call)) {
      invalid({ [name]: "Only root may use this option." });
    }
  }
}

/** The kind of guest a route is about. */
export function kindOf(call: Call): GuestKind {
  return call.route.includes("/lxc") ? "lxc" : "qemu";
}

/** The `node` of the path. */
export function nodeOf(call: Call): string {
  return need(call, "node");
}

/** The `vmid` of the path. */
export function vmidOf(call: Call): number {
  return Number(need(call, "vmid"));
}

/** The guest of the path; 500 when its configuration file is not on that node. */
export function guestOf(call: Call): Guest {
  return guestOn(call.world, kindOf(call), nodeOf(call), vmidOf(call));
}
