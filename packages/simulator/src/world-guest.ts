import { createHash } from "node:crypto";
import { die } from "./failure.js";
import type { Config, ConfigValue, Guest, GuestKind, Snapshot, World } from "./world.js";

/** `VM` or `CT`, as messages call a guest. */
export function guestWord(kind: GuestKind): "VM" | "CT" {
  return kind === "qemu" ? "VM" : "CT";
}

/** The guest of that kind on that node, or the 500 of PVE about its missing configuration file. */
export function guestOn(world: World, kind: GuestKind, node: string, vmid: number): Guest {
  const guest = world.guests.get(vmid);
  if (guest === undefined || guest.kind !== kind || guest.node !== node) {
    const folder = kind === "qemu" ? "qemu-server" : "lxc";
    return die(`Configuration file 'nodes/${node}/${folder}/${vmid}.conf' does not exist`);
  }
  return guest;
}

/** As {@link guestOn}, with the other text that some qemu operations use. */
export function vmFound(world: World, node: string, vmid: number): Guest {
  const guest = world.guests.get(vmid);
  return guest !== undefined && guest.kind === "qemu" && guest.node === node
    ? guest
    : die(`unable to find configuration file for VM ${vmid} on node '${node}'`);
}

/** 500 `VM is locked (backup)` while a lock is set. */
export function assertUnlocked(guest: Guest): void {
  if (guest.lock !== undefined) {
    die(`${guestWord(guest.kind)} is locked (${guest.lock})`);
  }
}

/** Whether the guest has been turned into a template. */
export function isTemplate(guest: Guest): boolean {
  return guest.config["template"] === 1;
}

/** The name lists show. */
export function guestName(guest: Guest): string {
  return guest.kind === "qemu"
    ? String(guest.config["name"] ?? `VM ${guest.vmid}`)
    : String(guest.config["hostname"] ?? `CT${guest.vmid}`);
}

/** The snapshot of that name, or 500 `snapshot 'x' does not exist`. */
export function snapshotNamed(guest: Guest, name: string): Snapshot {
  return guest.snapshots.find((s) => s.name === name) ?? die(`snapshot '${name}' does not exist`);
}

/** The text of the configuration file; its hash is the digest. */
export function configText(guest: Guest): string {
  const lines = section({ ...guest.config, ...bookkeeping(guest) });
  const pending = section(guest.pending.set);
  const remove = Object.entries(guest.pending.remove).map(([key, how]) => (how === 2 ? `!${key}` : key));
  if (remove.length > 0) {
    pending.unshift(`delete: ${remove.join(",")}`);
  }
  if (pending.length > 0) {
    lines.push("", "[PENDING]", ...pending);
  }
  for (const snapshot of guest.snapshots) {
    lines.push("", `[${snapshot.name}]`, ...section(snapshotConfig(guest.kind, snapshot)));
  }
  return `${lines.join("\n")}\n`;
}

function section(config: Config): string[] {
  return Object.keys(config)
    .sort()
    .map((key) => `${key}: ${String(config[key]).replaceAll("\n", "\n#")}`);
}

function bookkeeping(guest: Guest): Config {
  return {
    ...(guest.lock === undefined ? {} : { lock: guest.lock }),
    ...(guest.parent === undefined ? {} : { parent: guest.parent }),
  };
}

/** SHA-1 of the configuration file, 40 hex digits. */
export function configDigest(guest: Guest): string {
  return createHash("sha1").update(configText(guest)).digest("hex");
}

/** What `GET …/config` answers: the active section, or with pending changes merged in. */
export function configView(guest: Guest, which: "active" | "pending"): Config {
  const config: Config = { ...guest.config, ...bookkeeping(guest) };
  if (which === "pending") {
    Object.assign(config, guest.pending.set);
    for (const key of Object.keys(guest.pending.remove)) {
      delete config[key];
    }
  }
  return { ...shown(guest.kind, config), digest: configDigest(guest) };
}

/** A snapshot's section as it is shown. */
export function snapshotConfig(kind: GuestKind, snapshot: Snapshot): Config {
  return shown(kind, {
    ...snapshot.config,
    ...(snapshot.description === undefined ? {} : { description: snapshot.description }),
    ...(snapshot.parent === undefined ? {} : { parent: snapshot.parent }),
    ...(snapshot.snapstate === undefined ? {} : { snapstate: snapshot.snapstate }),
    ...(snapshot.vmstate === undefined ? {} : { vmstate: snapshot.vmstate }),
    snaptime: snapshot.snaptime,
  });
}

/** Masks the cloud-init password and gives container descriptions the newline PVE gives them. */
export function shown(kind: GuestKind, config: Config): Config {
  const view: Config = {};
  for (const key of Object.keys(config).sort()) {
    const value = config[key];
    if (value !== undefined) {
      view[key] = shownValue(kind, key, value);
    }
  }
  return view;
}

/** One value as it is shown. */
export function shownValue(kind: GuestKind, key: string, value: ConfigValue): ConfigValue {
  if (key === "cipassword") {
    return "**********";
  }
  return kind === "lxc" && key === "description" && !String(value).endsWith("\n") ? `${value}\n` : value;
}

/** The first free VMID of the configured range. */
export function nextVmid(world: World): number {
  const [lower, upper] = vmidRange(world);
  for (let vmid = lower; vmid < upper; vmid += 1) {
    if (!world.guests.has(vmid)) {
      return vmid;
    }
  }
  return die(`unable to get any free VMID in range [${lower}, ${upper}]`);
}

function vmidRange(world: World): [number, number] {
  const text = String(world.options["next-id"] ?? "");
  const bound = (name: string, otherwise: number): number =>
    Number(new RegExp(`(?:^|,)${name}=(\\d+)`).exec(text)?.[1] ?? otherwise);
  return [bound("lower", 100), bound("upper", 1_000_000)];
}

/** The pool a guest belongs to. */
export function poolOf(world: World, vmid: number): string | undefined {
  for (const pool of world.pools.values()) {
    if (pool.vms.has(vmid)) {
      return pool.poolid;
    }
  }
  return undefined;
}
