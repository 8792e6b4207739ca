import { newToken } from "../../src/access.js";
import type { Simulator } from "../../src/index.js";
import { planNode } from "../../src/seeds/plans.js";
import type { Guest, World } from "../../src/world.js";
import { settingsOf } from "../../src/world-node-settings.js";
import { type Circumstances, logIn } from "./replay.js";
import { secrets } from "./wire-world.js";

const threeHours = 3 * 3600 * 1000;

/** What the transcript does not say about its exchanges. */
export const circumstances: Circumstances = {
  before: {
    "1.50": (world) => setEnabled(world, true),
    "1.53": (world) => {
      world.access.users.set("dis@pve", {
        userid: "dis@pve",
        enable: true,
        expire: 0,
        password: "Password123",
        tokens: new Map(),
      });
    },
    "1.54": (world) => {
      world.access.users.delete("dis@pve");
    },
    "2.1": (world) => {
      const testers = world.access.groups.get("testers");
      if (testers) {
        testers.comment = "Test group";
      }
    },
    "3.20c": (world) => {
      Object.assign(machine(world).config, { cores: 2, cpuunits: 1000, description: "hi", onboot: 1 });
    },
    "5.1": (world) => {
      // The exchanges before have deleted root's tokens.
      const token = { tokenid: "full", privsep: false, secret: secrets["root@pam!full"], comment: "root full token" };
      const root = { userid: "root@pam", enable: true, expire: 0, password: "RootPass123", tokens: new Map() };
      world.access.users.set("root@pam", { ...root, tokens: new Map([["full", newToken(token)]]) });
      machine(world).parent = "dup2";
    },
    "6.1": (world) => {
      delete machine(world).parent;
      machine(world).snapshots = [];
    },
    "9.1#1": (world) => {
      delete machine(world).running;
    },
    "9.17#6": (world) => {
      settingsOf(world, "pve").config["description"] = "node desc\n";
    },
    "11.1": (world) => {
      const account = { userid: "audit@pve", enable: true, expire: 0, password: "AuditPass123", tokens: new Map() };
      world.access.users.set("audit@pve", account);
    },
    "12.1": (world, sim) => {
      machine(world).running = { pid: 4711, since: Math.floor(sim.clock.now() / 1000), paused: false };
    },
    "13.1": (world) => plantNeighbour(world, "pve2"),
    "13.2": (_world, sim) => {
      sim.faults.add({
        kind: "status",
        status: 595,
        reason: "Connection refused",
        match: { path: /^\/nodes\/pve3\// },
      });
    },
    "13.5": (world) => {
      world.nodes.delete("pve2");
    },
  },
  credentials: {
    "1.12": (headers) => spoil(headers, "cookie", /.$/),
    "1.17": (headers, sim) => outdate(headers, sim, "csrf"),
    "1.18": (headers) => spoil(headers, "csrfpreventiontoken", /.$/),
    "1.22": (headers) => spoil(headers, "authorization", /.$/),
    "1.40": (headers, sim) => outdate(headers, sim, "ticket"),
    "1.42": (headers, sim) => outdate(headers, sim, "csrf"),
    "1.43": (headers, sim) => outdate(headers, sim, "csrf"),
  },
  left: {
    "1.41": "a ticket from the future cannot be had from the simulator; see authentication.test.ts",
    "1.44": "takes the ticket of 1.40, three hours old, as a password; see authentication.test.ts",
    "3.43": "fetch sends no body with GET; see bodies.test.ts",
    "8.3": "announces a body and does not send it; see listen.test.ts",
    "8.5": "announces a body and does not send it; see listen.test.ts",
    "8.6": "HTTP/1.0; see listen.test.ts",
    "8.7": "HTTP/2; see listen.test.ts",
    "8.9": "plain HTTP on the TLS port; see listen.test.ts",
    "8.10": "plain HTTP on the TLS port; see listen.test.ts",
    "8.17": "seventy header lines, abbreviated; see listen.test.ts",
    "8.18": "a header of 8 KiB, abbreviated; see listen.test.ts",
  },
  pauses: { "6.1": 0, "6.2": 0, "6.3": 20, "6.7": 0, "6.8": 0, "6.9": 0, "6.10": 0, "6.11": 0 },
};

function setEnabled(world: World, enable: boolean): void {
  const user = world.access.users.get("dis@pve");
  if (user) {
    user.enable = enable;
  }
}

function machine(world: World): Guest {
  const guest = world.guests.get(101);
  if (!guest) {
    throw new Error("VM 101 is gone");
  }
  return guest;
}

/** A node that is known by name and cannot be reached. */
function plantNeighbour(world: World, node: string): void {
  const hardware = { ip: "10.99.0.2", bootedAt: 0, cores: 1, memory: 1, bridges: [] };
  world.nodes.set(node, { ...planNode(world.random, { node, nodeid: 0, ...hardware }), online: false });
}

function spoil(headers: Headers, name: string, what: RegExp): void {
  const value = headers.get(name) ?? "";
  const last = what.exec(value)?.[0];
  headers.set(name, value.replace(what, last === "A" ? "B" : "A"));
}

/** A ticket, or a CSRF token beside a fresh ticket, that was given out three hours before. */
async function outdate(headers: Headers, sim: Simulator, what: "ticket" | "csrf"): Promise<void> {
  const { login, csrf } = await logIn(sim, "admin@pve");
  await sim.clock.advance(threeHours);
  const ticket = what === "ticket" ? login : (await logIn(sim, "admin@pve")).login;
  headers.set("cookie", `PVEAuthCookie=${encodeURIComponent(ticket)}`);
  if (what === "csrf") {
    headers.set("csrfpreventiontoken", csrf);
  }
}
