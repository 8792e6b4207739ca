import { createHash } from "node:crypto";
import type { Config, World } from "./world.js";
import { entryOf } from "./world-per-node.js";

/** A subscription key and what the shop said of it. */
export interface Subscription {
  readonly key: string;
  /** Epoch seconds of the last check. */
  checktime: number;
}

/** One line of a node's journal that something in the simulator wrote. */
export interface JournalEntry {
  /** Epoch seconds. */
  readonly time: number;
  /** Who writes: `systemd`, `pvedaemon` … */
  readonly identifier: string;
  readonly message: string;
}

/** What a node keeps below /etc, and what its services do. */
export interface NodeSettings {
  /** The node's own configuration: notes, wake-on-LAN, ACME domains. */
  readonly config: Config;
  dns: Record<string, string>;
  timezone: string;
  /** The text of /etc/hosts. */
  hosts: string;
  /** Services that have been stopped. */
  readonly stopped: Set<string>;
  subscription?: Subscription;
  /** Oldest first. */
  readonly journal: JournalEntry[];
}

/** The settings of a node. */
export function settingsOf(world: World, node: string): NodeSettings {
  return entryOf(world.nodeSettings, node, () => ({
    config: {},
    dns: { search: "lab.example", dns1: "10.10.10.53", dns2: "9.9.9.9" },
    timezone: "Etc/UTC",
    hosts: initialHosts(world, node),
    // A standalone node has no cluster engine running.
    stopped: new Set(world.cluster ? [] : ["corosync"]),
    journal: [],
  }));
}

function initialHosts(world: World, node: string): string {
  const ip = world.nodes.get(node)?.ip ?? "127.0.1.1";
  return `127.0.0.1 localhost.localdomain localhost\n${ip} ${node}.lab.example ${node}\n`;
}

/** SHA-1 of a file's text, 40 hex digits: what `digest` parameters are compared with. */
export function textDigest(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** The text of a node's configuration file. */
export function nodeConfigText(config: Config): string {
  return Object.keys(config)
    .sort()
    .map((key) => `${key}: ${String(config[key])}\n`)
    .join("");
}
