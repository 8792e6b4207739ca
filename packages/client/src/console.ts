import { clientOf } from "./any-release.js";
import type { PveClient, PveHandle } from "./client.js";
import type { Console } from "./console-session.js";
import { connectorOf, openSocket } from "./console-socket.js";
import {
  assertMayOpen,
  atConsole,
  type ConsolePlace,
  type ConsoleTarget,
  pathOf,
  webSocketUrl,
} from "./console-target.js";
import { linkOf } from "./link.js";
import { answeredFrom } from "./meta.js";
import { Terminal } from "./terminal.js";

/** Which terminal to open. */
export type OpenTerminalOptions = ConsoleTarget & {
  /** Serial port of a virtual machine. Default: the one set as display, else the only one. */
  readonly serial?: "serial0" | "serial1" | "serial2" | "serial3" | undefined;
  /** Of a node: what runs in it. `upgrade` installs the node's updates, and is for root@pam signed in with a password. */
  readonly cmd?: "login" | "upgrade" | "ceph_install" | undefined;
  /** Size of the window. Default: what the terminal thinks, usually 80 by 24. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** Ends the opening; an open terminal is ended with `close`. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Opens a text terminal: a virtual machine's serial port, a container's console or a node's shell. The pin holds for the
 * web socket too. API tokens may open those of guests, from Proxmox VE 9.1 on. Routes: `POST …/termproxy`, `GET …/vncwebsocket`.
 * @throws PveConfigError when an API token would be refused, or the client cannot open web sockets
 * @throws PveConnectionError · PveRequestError · PveProtocolError
 * @example
 * await using terminal = await openTerminal(pve, { vmid: 100, columns: 120, rows: 40 });
 * await terminal.write("uptime\r");
 * for await (const bytes of terminal) process.stdout.write(bytes);
 */
export async function openTerminal(pve: PveHandle, options: OpenTerminalOptions): Promise<Console> {
  const link = linkOf(pve);
  connectorOf(link);
  await assertMayOpen(pve, options);
  const signal = options.signal ?? new AbortController().signal;
  return atConsole(pve, options, async (place) => {
    const call = openProxy(clientOf(pve), place, options);
    const from = await answeredFrom(call);
    const opened = await call;
    const operation = `GET ${pathOf(place)}/vncwebsocket`;
    // The ticket is good for seconds, so everything that can wait comes later.
    const socket = await openSocket(link, { operation, url: webSocketUrl(from, place, opened), signal });
    const { user, ticket, upid } = opened;
    const terminal = await Terminal.open(socket, { operation, node: place.node, upid, user, ticket, signal });
    const { columns, rows } = options;
    if (columns !== undefined && rows !== undefined) terminal.resize(columns, rows);
    return terminal;
  });
}

function openProxy(pve: PveClient, { node, guest }: ConsolePlace, { serial, cmd, signal }: OpenTerminalOptions) {
  const call = { signal };
  if (guest === undefined) {
    return pve.call("POST /nodes/{node}/termproxy", { node, cmd }, call);
  }
  const { vmid, kind } = guest;
  if (kind === "lxc") return pve.call("POST /nodes/{node}/lxc/{vmid}/termproxy", { node, vmid }, call);
  return pve.call("POST /nodes/{node}/qemu/{vmid}/termproxy", { node, vmid, serial }, call);
}
