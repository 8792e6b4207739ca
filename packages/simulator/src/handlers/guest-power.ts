import { die } from "../failure.js";
import type { Call, TaskStep } from "../handler.js";
import type { Guest } from "../world.js";
import { disksOf, isCdrom } from "../world-drives.js";
import { guestWord, isTemplate } from "../world-guest.js";
import { parseNic, parseOption } from "../world-option.js";
import { isDirectory, parseVolid, storageNamed } from "../world-storage.js";
import { applyPending } from "./guest-pending.js";

/** The steps of a worker. */
export type Steps = Generator<TaskStep, void, void>;

/** Starts a guest inside a worker: refuses templates, locks and running guests, then misses volumes and bridges. */
export function* bootGuest(call: Call, guest: Guest, how: { readonly skiplock?: boolean } = {}): Steps {
  if (isTemplate(guest)) {
    die(guest.kind === "qemu" ? "you can't start a vm if it's a template" : "you can't start a CT if it's a template");
  }
  const word = guestWord(guest.kind);
  if (guest.lock !== undefined && guest.lock !== "suspended" && !how.skiplock) {
    die(`${word} is locked (${guest.lock})`);
  }
  if (guest.running !== undefined) {
    die(`${word} ${guest.vmid} already running`);
  }
  applyPending(call.world, guest);
  yield { ms: 300 };
  assertVolumes(call, guest);
  yield* assertBridges(call, guest);
  if (guest.lock === "suspended") {
    yield { ms: 1500, log: "Resuming suspended VM" };
    delete guest.lock;
    delete guest.config["vmstate"];
    delete guest.config["runningmachine"];
  }
  yield { ms: guest.kind === "qemu" ? 1500 : 900 };
  if (guest.running !== undefined) {
    // Two starts at once: the later one finds the guest up.
    die(`${word} ${guest.vmid} already running`);
  }
  guest.running = { pid: 2000 + call.world.random.integer(60_000), since: call.now(), paused: false };
}

function assertVolumes(call: Call, guest: Guest): void {
  for (const disk of disksOf(call.world, guest, guest.config, { cdroms: true })) {
    const { storage: id, name } = parseVolid(disk.volid);
    const storage = storageNamed(call.world, id);
    if (storage.disable) {
      die(`storage '${id}' is disabled`);
    }
    if (storage.nodes !== undefined && !storage.nodes.includes(guest.node)) {
      die(`storage '${id}' is not available on node '${guest.node}'`);
    }
    if (disk.volume === undefined) {
      die(
        isDirectory(storage) || isCdrom(disk.value)
          ? `volume '${disk.volid}' does not exist`
          : `no such logical volume ${storage.config["vgname"] ?? "pve"}/${name}`,
      );
    }
  }
}

function* assertBridges(call: Call, guest: Guest): Steps {
  const bridges = call.world.nodes.get(guest.node)?.bridges ?? [];
  for (const [key, value] of Object.entries(guest.config)) {
    if (!/^net\d+$/.test(key)) {
      continue;
    }
    const nic = guest.kind === "qemu" ? parseNic(String(value)) : parseOption(String(value), "name");
    const bridge = nic["bridge"];
    if (bridge === undefined || bridges.includes(bridge)) {
      continue;
    }
    yield { log: `bridge '${bridge}' does not exist` };
    if (guest.kind === "lxc") {
      die(`startup for container '${guest.vmid}' failed`);
    }
    yield {
      log: `kvm: -netdev type=tap,id=${key},ifname=tap${guest.vmid}i${key.slice(3)},script=/usr/libexec/qemu-server/pve-bridge: network script /usr/libexec/qemu-server/pve-bridge failed with status 6400`,
    };
    die("start failed: QEMU exited with code 1");
  }
}

/** Takes the process away; what waits becomes the configuration. */
export function haltGuest(call: Call, guest: Guest): void {
  delete guest.running;
  applyPending(call.world, guest);
  delete guest.staleCloudInit;
}

/** Asks the guest to go down and waits; hard after the timeout with `force`. */
export function* shutDown(call: Call, guest: Guest, how: { readonly timeout: number; readonly force: boolean }): Steps {
  if (guest.running === undefined) {
    return;
  }
  if (!guest.behaviour.ignoresShutdown) {
    yield { ms: Math.min(4000, how.timeout * 1000) };
    haltGuest(call, guest);
    return;
  }
  yield { ms: how.timeout * 1000 };
  if (!how.force) {
    die(
      guest.kind === "qemu"
        ? "VM quit/powerdown failed - got timeout"
        : `command 'lxc-stop -n ${guest.vmid} --nokill --timeout ${how.timeout}' failed: exit code 1`,
    );
  }
  if (guest.kind === "qemu") {
    yield { log: "VM still running - terminating now with SIGTERM" };
  }
  yield { ms: 500 };
  haltGuest(call, guest);
}
