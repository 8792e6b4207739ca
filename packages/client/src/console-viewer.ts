import { clientOf } from "./any-release.js";
import type { CallOptions } from "./call-options.js";
import type { PveClient, PveHandle } from "./client.js";
import { assertMayOpen, atConsole, type ConsolePlace, type ConsoleTarget, webSocketUrl } from "./console-target.js";
import type { ResultOf } from "./generated/types.gen.js";
import { linkOf } from "./link.js";
import { answeredFrom } from "./meta.js";

/** What a VNC viewer needs. All of it is secret, and good for seconds only. */
export interface VncConnection {
  readonly node: string;
  /** The task of the session. */
  readonly upid: string;
  /** `wss://…`, for a viewer that speaks VNC over web sockets such as noVNC, with the subprotocol `binary`. */
  readonly url: string;
  /** The client's credentials, which the web socket wants besides the ticket in the address. */
  readonly headers: Readonly<Record<string, string>>;
  /** What VNC itself asks for. Protocol and viewers use its first eight characters. */
  readonly password: string;
  readonly port: number;
  readonly ticket: string;
  readonly user: string;
}

/** What a SPICE viewer needs. All of it is secret, and good for seconds only. */
export interface SpiceConnection {
  /** As PVE gave it. */
  readonly settings: ResultOf<"POST /nodes/{node}/qemu/{vmid}/spiceproxy">;
  /** The content of a `.vv` file for `remote-viewer`, which deletes it after reading. */
  readonly file: string;
}

/** How to open a SPICE connection. */
export type SpiceOptions = ConsoleTarget & {
  /** Address of the proxy that the viewer will reach. Default: the node's. */
  readonly proxy?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Opens a VNC connection to a guest's display or a node's shell and tells what a viewer needs to join it at once. API
 * tokens may for guests, from Proxmox VE 9.1 on. Routes: `POST …/vncproxy`, `POST /nodes/{node}/vncshell`.
 * @throws PveConfigError when an API token would be refused
 * @throws PveConnectionError · PveRequestError · PveProtocolError
 */
export async function vncConnection(
  pve: PveHandle,
  options: ConsoleTarget & { readonly signal?: AbortSignal | undefined },
): Promise<VncConnection> {
  await assertMayOpen(pve, options);
  return atConsole(pve, options, async (place) => {
    const link = linkOf(pve);
    const call = openVnc(clientOf(pve), place, { signal: options.signal });
    const from = await answeredFrom(call);
    const { port, ticket, user, upid, password } = await call;
    const url = webSocketUrl(from, place, { port, ticket }).href;
    const headers = await link.auth.headers("GET");
    return { node: place.node, upid, url, headers, password: password ?? ticket, port, ticket, user };
  });
}

/**
 * Opens a SPICE connection to a guest or a node's shell and gives the settings for `remote-viewer`. A virtual machine
 * must run with a `qxl` display. Routes: `POST …/spiceproxy`, `POST /nodes/{node}/spiceshell`.
 * @throws PveConnectionError · PveRequestError (`no spice port` without such a display) · PveProtocolError
 */
export async function spiceConfig(pve: PveHandle, options: SpiceOptions): Promise<SpiceConnection> {
  return atConsole(pve, options, async (place) => {
    const settings = await openSpice(clientOf(pve), place, options);
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${String(value)}`);
    return { settings, file: `${["[virt-viewer]", ...lines].join("\n")}\n` };
  });
}

function openVnc(pve: PveClient, { node, guest }: ConsolePlace, call: CallOptions) {
  if (guest === undefined) return pve.call("POST /nodes/{node}/vncshell", { node, websocket: true }, call);
  const params = { node, vmid: guest.vmid, websocket: true };
  if (guest.kind === "lxc") return pve.call("POST /nodes/{node}/lxc/{vmid}/vncproxy", params, call);
  return pve.call("POST /nodes/{node}/qemu/{vmid}/vncproxy", params, call);
}

function openSpice(pve: PveClient, { node, guest }: ConsolePlace, options: SpiceOptions) {
  const params = { node, proxy: options.proxy };
  const call = { signal: options.signal };
  if (guest === undefined) return pve.call("POST /nodes/{node}/spiceshell", params, call);
  const { vmid, kind } = guest;
  if (kind === "lxc") return pve.call("POST /nodes/{node}/lxc/{vmid}/spiceproxy", { ...params, vmid }, call);
  return pve.call("POST /nodes/{node}/qemu/{vmid}/spiceproxy", { ...params, vmid }, call);
}
