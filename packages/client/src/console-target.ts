import { clientOf } from "./any-release.js";
import type { PveHandle } from "./client.js";
import { PveConfigError } from "./errors.js";
import { withGuest } from "./guest.js";
import { linkOf } from "./link.js";
import { compareReleases } from "./supports.js";

/** A guest, wherever it is, or a node itself. */
export type ConsoleTarget =
  | { readonly vmid: number; readonly node?: string | undefined; readonly kind?: "qemu" | "lxc" | undefined }
  | { readonly node: string; readonly vmid?: undefined };

/** Where a console is. */
export interface ConsolePlace {
  readonly node: string;
  /** Absent for the node itself. */
  readonly guest?: { readonly vmid: number; readonly kind: "qemu" | "lxc" };
}

/** From this release on PVE lets API tokens open consoles. */
const TOKENS_SINCE = "9.1";

/** Calls `work` with the place of a console; a guest whose place was not given is looked up. */
export async function atConsole<T>(
  pve: PveHandle,
  target: ConsoleTarget,
  work: (place: ConsolePlace) => Promise<T>,
): Promise<T> {
  if (target.vmid === undefined) return work({ node: target.node });
  const { vmid, node, kind } = target;
  if (node !== undefined && kind !== undefined) return work({ node, guest: { vmid, kind } });
  return withGuest(pve, vmid, (place) => work({ node: node ?? place.node, guest: { vmid, kind: kind ?? place.kind } }));
}

/**
 * Asks whether the caller may open such a console at all.
 * @throws PveConfigError for an API token where it is refused: a node's shell is a login of its user, which a token is not
 */
export async function assertMayOpen(pve: PveHandle, { vmid }: Pick<ConsoleTarget, "vmid">): Promise<void> {
  if (!linkOf(pve).auth.isToken) return;
  if (vmid === undefined) {
    throw new PveConfigError("API tokens open no shell of a node; make a client with username and password");
  }
  const { release } = await clientOf(pve).version.get();
  if (compareReleases(release, TOKENS_SINCE) >= 0) return;
  throw new PveConfigError(
    `API tokens open consoles from Proxmox VE ${TOKENS_SINCE} on, and this is ${release}; make a client with username and password`,
  );
}

/** Path of a place below `/api2/json`. */
export function pathOf({ node, guest }: ConsolePlace): string {
  const base = `/nodes/${encodeURIComponent(node)}`;
  return guest === undefined ? base : `${base}/${guest.kind}/${guest.vmid}`;
}

/**
 * The web socket of a console that was just opened `from` an address: the port is open on that host, even if the guest runs
 * elsewhere, since PVE tunnels from there.
 */
export function webSocketUrl(from: string, place: ConsolePlace, opened: { port: number; ticket: string }): URL {
  const url = new URL(`${from}/api2/json${pathOf(place)}/vncwebsocket`);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  // `+` must not stand for a blank here: tickets are base64.
  url.search = `?port=${opened.port}&vncticket=${encodeURIComponent(opened.ticket)}`;
  return url;
}
