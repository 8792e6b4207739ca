import { createHmac, randomBytes } from "node:crypto";
import { die, invalid, PveFailure } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { assertUnlocked, guestWord } from "../world-guest.js";
import { parseOption } from "../world-option.js";
import { flag, guestOf, kindOf, list, need, nodeOf, vmidOf } from "./guest-call.js";
import { newGuest } from "./guest-create.js";
import { assertAllowed } from "./storage-access.js";

const key = randomBytes(32);

function ticketFor(call: Call, socket: string): string {
  const plain = `PVETUNNEL:${call.now().toString(16).toUpperCase().padStart(8, "0")}`;
  return `${plain}::${createHmac("sha512", key).update(`${plain}${call.caller.authid}${socket}`).digest("base64")}`;
}

function socketOf(call: Call): string {
  const vmid = vmidOf(call);
  return kindOf(call) === "qemu" ? `/run/qemu-server/${vmid}.mtunnel` : `/run/pve/ct-${vmid}.mtunnel`;
}

/** Nobody can be reached from here, so a migration to another cluster ends where it would talk to it. */
const remoteMigrate: Handler = (call) => {
  const guest = guestOf(call);
  assertUnlocked(guest);
  const sid = `${guest.kind === "qemu" ? "vm" : "ct"}:${guest.vmid}`;
  if (call.world.ha.resources.has(sid)) {
    invalid({ vmid: `cannot remote-migrate ${guestWord(guest.kind)} that is configured for HA` });
  }
  const { host = "", port = "8006" } = parseOption(need(call, "target-endpoint"), "host");
  if (guest.running !== undefined && !flag(call, "online") && !flag(call, "restart") && guest.kind === "lxc") {
    die("can't migrate running container without --online or --restart");
  }
  throw new PveFailure(596, `Can't connect to ${host}:${port} (Network is unreachable)`);
};

/** The receiving end: an empty, locked guest, and a worker that waits for the other side and gives up. */
const openTunnel: Handler = (call) => {
  const vmid = vmidOf(call);
  const node = nodeOf(call);
  const kind = kindOf(call);
  if (node !== call.world.entry) {
    invalid({ node: `node needs to be 'localhost' or local hostname '${call.world.entry}'` });
  }
  for (const storage of list(call, "storages")) {
    assertAllowed(call, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  }
  const existing = call.world.guests.get(vmid);
  if (existing !== undefined) {
    const taken = `${guestWord(existing.kind)} ${vmid} already exists on node '${existing.node}'`;
    invalid({ vmid: `unable to create empty ${guestWord(kind)} config - ${taken}\n` });
  }
  const guest = newGuest(kind, vmid, node, {}, "create");
  call.world.guests.set(vmid, guest);
  const socket = socketOf(call);
  const upid = call.startTask({
    node,
    type: kind === "qemu" ? "qmtunnel" : "vzmtunnel",
    id: String(vmid),
    work: function* () {
      try {
        yield { ms: 300_000, log: "mtunnel started" };
        die("timed out waiting for client");
      } finally {
        if (call.world.guests.get(vmid) === guest) {
          call.world.guests.delete(vmid);
        }
      }
    },
  });
  return { ticket: ticketFor(call, socket), socket, upid };
};

const tunnelSocket: Handler = (call) => {
  guestOf(call);
  const [plain = "", signature = ""] = need(call, "ticket").split("::");
  const expected = createHmac("sha512", key)
    .update(`${plain}${call.caller.authid}${need(call, "socket")}`)
    .digest("base64");
  if (signature !== expected) {
    throw new PveFailure(401, "permission denied - invalid PVETUNNEL ticket");
  }
  return { socket: need(call, "socket") };
};

/** Migration between clusters. */
export const guestTunnelHandlers: Handlers = Object.fromEntries(
  ["qemu", "lxc"].flatMap((kind) => [
    [`POST /nodes/{node}/${kind}/{vmid}/remote_migrate`, remoteMigrate],
    [`POST /nodes/{node}/${kind}/{vmid}/mtunnel`, openTunnel],
    [`GET /nodes/{node}/${kind}/{vmid}/mtunnelwebsocket`, tunnelSocket],
  ]),
);
