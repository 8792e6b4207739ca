import type { Guest, World } from "./world.js";
import { guestName } from "./world-guest.js";
import { entryOf } from "./world-per-node.js";

/** A command that was started inside a guest. */
export interface Process {
  /** Epoch seconds when it ends. */
  readonly endsAt: number;
  readonly exitcode: number;
  readonly output: string;
  readonly errors: string;
}

/** What a VM's agent works on. */
export interface Inside {
  readonly files: Map<string, string>;
  readonly processes: Map<number, Process>;
  /** Passwords set by the agent, by user. */
  readonly passwords: Map<string, string>;
  nextPid: number;
  frozen: boolean;
}

/** The inside of a guest: a handful of files. */
export function insideOf(world: World, guest: Guest): Inside {
  return entryOf(world.insides, guest.vmid, () => ({
    files: new Map([
      ["/etc/hostname", `${guestName(guest)}\n`],
      [
        "/etc/os-release",
        'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n',
      ],
    ]),
    processes: new Map(),
    passwords: new Map(),
    nextPid: 812,
    frozen: false,
  }));
}

/** Folders that exist; files can be written nowhere else. */
const folders = ["", "/etc", "/home", "/opt", "/root", "/srv", "/tmp", "/usr/local/bin", "/var/log", "/var/tmp"];

/** Whether the folder of a path exists inside the guest. */
export function hasFolder(path: string): boolean {
  return folders.includes(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
}
