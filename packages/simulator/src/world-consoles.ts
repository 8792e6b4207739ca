import { createHmac, randomBytes } from "node:crypto";

/** What a console is attached to: a shell, or a screen that nobody can show. */
export type ConsoleKind = "terminal" | "screen";

/** A console that waits for its caller, or has one. */
export interface ConsoleSession {
  readonly port: number;
  /** `user@realm` or `user@realm!token`. */
  readonly authid: string;
  readonly ticket: string;
  readonly kind: ConsoleKind;
  /** The machine whose shell it is. */
  readonly hostname: string;
  /** Epoch seconds since when that machine runs. */
  readonly since: number;
  /** What runs in the terminal instead of a shell. */
  readonly program?: "upgrade";
  /** Why there is nothing to see, e.g. a VM without serial port. */
  readonly obstacle?: string;
  connected: boolean;
  closed: boolean;
}

/** The consoles of all nodes, by port. */
export interface Consoles {
  /** Signs tickets; they do not outlive the simulator. */
  readonly key: Buffer;
  readonly sessions: Map<number, ConsoleSession>;
}

/** No consoles. */
export function newConsoles(): Consoles {
  return { key: randomBytes(32), sessions: new Map() };
}

const firstPort = 5900;
const lastPort = 5999;

/** The first free port; `undefined` when all hundred are taken. */
export function freePort({ sessions }: Consoles): number | undefined {
  for (let port = firstPort; port <= lastPort; port += 1) {
    if (!sessions.has(port)) {
      return port;
    }
  }
  return undefined;
}

/** Who a console ticket is for and where it opens the door. */
export interface ConsoleClaim {
  readonly authid: string;
  /** ACL path: `/vms/100` or `/nodes/pve1`. */
  readonly path: string;
  readonly port: number;
  /** Epoch seconds. */
  readonly now: number;
}

/** `PVEVNC:<8 hex>::<signature>`, bound to user, path and port. */
export function consoleTicket({ key }: Consoles, { authid, path, port, now }: ConsoleClaim): string {
  const plain = `PVEVNC:${now.toString(16).toUpperCase().padStart(8, "0")}`;
  return `${plain}::${createHmac("sha512", key).update(`${plain}:${authid}:${path}:${port}`).digest("base64")}`;
}

/** Whether a ticket is genuine and at most forty seconds old; a password in front of it is ignored. */
export function isConsoleTicket(consoles: Consoles, ticket: string, claim: ConsoleClaim): boolean {
  const bare = ticket.slice(Math.max(0, ticket.indexOf("PVEVNC:")));
  const made = Number.parseInt(/^PVEVNC:([0-9A-F]{8})::/.exec(bare)?.[1] ?? "", 16);
  const age = claim.now - made;
  return age >= -20 && age <= 40 && consoleTicket(consoles, { ...claim, now: made }) === bare;
}
