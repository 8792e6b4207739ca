import type { Node, World } from "./world.js";
import { type JournalEntry, settingsOf } from "./world-node-settings.js";
import { noise } from "./world-random.js";

const hour = 3600;
/** A journal is kept for this long. */
const kept = 14 * 86_400;

/** What a node writes while it starts. */
const boot: readonly (readonly [string, string])[] = [
  ["kernel", "Linux version 6.17.2-1-pve (build@proxmox) #1 SMP PREEMPT_DYNAMIC PMX 6.17.2-1"],
  ["systemd", "Started systemd-journald.service - Journal Service."],
  ["systemd", "Started pve-cluster.service - The Proxmox VE cluster filesystem."],
  ["systemd", "Started pvestatd.service - PVE Status Daemon."],
  ["systemd", "Started pvedaemon.service - PVE API Daemon."],
  ["systemd", "Started pveproxy.service - PVE API Proxy Server."],
  ["systemd", "Reached target multi-user.target - Multi-User System."],
];

/** The journal of a node up to now, oldest first: its last boot, the hourly jobs since, and what services wrote. */
export function journalOf(world: World, node: Node, now: number): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const [n, [identifier, message]] of boot.entries()) {
    entries.push({ time: node.bootedAt + n, identifier, message });
  }
  const first = Math.max(node.bootedAt, now - kept);
  for (let time = Math.ceil(first / hour) * hour + 17 * 60; time <= now; time += hour) {
    entries.push({
      time: time + 1,
      identifier: "CRON",
      message: "(root) CMD (cd / && run-parts --report /etc/cron.hourly)",
    });
  }
  entries.push(...settingsOf(world, node.node).journal.filter((entry) => entry.time <= now));
  return entries.sort((a, b) => a.time - b.time);
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** One line as the journal prints it. */
export function journalLine(node: Node, { time, identifier, message }: JournalEntry): string {
  const date = new Date(time * 1000);
  const day = String(date.getUTCDate()).padStart(2, "0");
  const clock = date.toISOString().slice(11, 19);
  const pid = identifier === "kernel" ? "" : `[${processId(node, time, identifier)}]`;
  return `${months[date.getUTCMonth()]} ${day} ${clock} ${node.node} ${identifier}${pid}: ${message}`;
}

/** Daemons keep their process id, jobs get a new one each time. */
function processId(node: Node, time: number, identifier: string): number {
  if (identifier === "systemd") {
    return 1;
  }
  const salt = [...identifier].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return 900 + Math.floor(noise(node.nodeid, salt, identifier === "CRON" ? time : 0) * 60_000);
}

/** The place of an entry, as cursors name it. */
export function journalCursor(node: Node, index: number, entry: JournalEntry): string {
  const hex = (value: number, width: number): string => Math.floor(value).toString(16).padStart(width, "0");
  return `s=${hex(node.nodeid, 32)};i=${hex(index, 1)};b=${hex(node.bootedAt, 32)};t=${hex(entry.time * 1e6, 1)}`;
}
