import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Guest } from "../world.js";
import { guestFigures } from "../world-figures.js";
import { guestName } from "../world-guest.js";
import { parseNic } from "../world-option.js";
import { guestOf } from "./guest-call.js";
import { agentConfigured } from "./guest-status.js";

const index =
  "exec exec-status file-read file-write fsfreeze-freeze fsfreeze-status fsfreeze-thaw fstrim get-fsinfo get-host-name get-memory-block-info get-memory-blocks get-osinfo get-time get-timezone get-users get-vcpus info network-get-interfaces ping set-user-password shutdown suspend-disk suspend-hybrid suspend-ram";

/** The VM, if its agent can be asked. */
export function agentOf(call: Call): Guest {
  const guest = guestOf(call);
  if (guest.config["agent"] === undefined) {
    die("No QEMU guest agent configured");
  }
  if (guest.running === undefined) {
    die(`VM ${guest.vmid} is not running`);
  }
  if (!agentConfigured(guest) || guest.behaviour.agent !== true || guest.running.paused) {
    die("QEMU guest agent is not running");
  }
  return guest;
}

/** Agent answers come wrapped once more. */
export function asks(answer: (guest: Guest, call: Call) => unknown): Handler {
  return (call) => ({ result: answer(agentOf(call), call) });
}

function interfaces(guest: Guest, call: Call): unknown {
  const { netin, netout } = guestFigures(call.world, guest, call.now());
  const counters = (rx: number, tx: number): Record<string, number> => ({
    "rx-bytes": rx,
    "rx-packets": Math.floor(rx / 900),
    "rx-errs": 0,
    "rx-dropped": 0,
    "tx-bytes": tx,
    "tx-packets": Math.floor(tx / 900),
    "tx-errs": 0,
    "tx-dropped": 0,
  });
  const nics = Object.keys(guest.config)
    .filter((key) => /^net\d+$/.test(key))
    .sort();
  const loopback = { "ip-address": "127.0.0.1", "ip-address-type": "ipv4", prefix: 8 };
  return [
    { name: "lo", "hardware-address": "00:00:00:00:00:00", "ip-addresses": [loopback], statistics: counters(0, 0) },
    ...nics.map((key, n) => ({
      name: `ens${18 + n}`,
      "hardware-address": (parseNic(String(guest.config[key]))["macaddr"] ?? "").toLowerCase(),
      "ip-addresses": [
        { "ip-address": `10.10.${10 + n}.${guest.vmid % 250}`, "ip-address-type": "ipv4", prefix: 24 },
        {
          "ip-address": `fe80::be24:11ff:fe00:${(guest.vmid + n).toString(16)}`,
          "ip-address-type": "ipv6",
          prefix: 64,
        },
      ],
      statistics: counters(Math.floor(netin / nics.length), Math.floor(netout / nics.length)),
    })),
  ];
}

const debian = {
  id: "debian",
  name: "Debian GNU/Linux",
  "pretty-name": "Debian GNU/Linux 13 (trixie)",
  version: "13 (trixie)",
  "version-id": "13",
  "kernel-release": "6.12.48+deb13-amd64",
  "kernel-version": "#1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1",
  machine: "x86_64",
};

/** What the guest agent answers. */
export const qemuAgentHandlers: Handlers = {
  "GET /nodes/{node}/qemu/{vmid}/agent": () => index.split(" ").map((name) => ({ name })),
  "POST /nodes/{node}/qemu/{vmid}/agent/ping": asks(() => ({})),
  "GET /nodes/{node}/qemu/{vmid}/agent/get-osinfo": asks(() => debian),
  "GET /nodes/{node}/qemu/{vmid}/agent/get-host-name": asks((guest) => ({ "host-name": guestName(guest) })),
  "GET /nodes/{node}/qemu/{vmid}/agent/get-timezone": asks(() => ({ zone: "UTC", offset: 0 })),
  "GET /nodes/{node}/qemu/{vmid}/agent/get-time": asks((_guest, call) => call.now() * 1_000_000_000),
  "GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces": asks(interfaces),
};
