import { newToken } from "../../src/access.js";
import { plantFile } from "../../src/seeds/plans.js";
import type { World } from "../../src/world.js";
import type { Step } from "./distil-recordings.js";

/** A flow deletes root's tokens; the recorder made its own again. */
export function restoreRecorder(world: World, { flow }: Step): void {
  const root = world.access.users.get("root@pam");
  if (flow !== "access/delete-root" && !flow.startsWith("seed/") && root && !root.tokens.has("rec")) {
    root.tokens.set("rec", newToken({ tokenid: "rec", privsep: false }));
  }
}

/** What the recorder did to the node before a step without writing it down. */
export function offTheRecord(world: World, step: Step): void {
  events[step.id]?.(world);
  for (const guest of world.guests.values()) {
    // Nothing was installed on the machines, so nothing answered a shutdown.
    guest.behaviour.ignoresShutdown = guest.kind === "qemu";
    if (world.jobs.backingUp.size > 0 && guest.lock === "backup") {
      // The node's scheduler was switched off.
      delete guest.lock;
    }
  }
  const isTrial = /^(qemu|lxc)\/create-validation$/.test(step.flow) && /^POST .*\/(qemu|lxc)$/.test(step.operation);
  const vmid = Number(/\bvmid=(\d+)/.exec(step.body ?? "")?.[1]);
  if (isTrial && vmid >= 300) {
    // Every trial starts without the guest that the one before has made.
    remove(world, vmid);
  }
}

const events: Readonly<Record<number, (world: World) => void>> = {
  72: (world) => {
    plant(world, "data", "import", "cloud.qcow2");
    plant(world, "data", "snippets", "hook.sh");
    plant(world, "data", "snippets", "user-data.yaml");
  },
  245: (world) => {
    // The recorder ran the servers that an IPAM and a DNS object ask when they are made.
    const url = "http://10.99.0.1:8081/api";
    world.sdn.ipams.set("netbox1", { type: "netbox", url, token: "<token>" });
    world.sdn.ipams.set("phpipam1", { type: "phpipam", url, token: "<token>", section: 1 });
    world.sdn.dns.set("pdns1", { type: "powerdns", url: `${url}/v1/servers/localhost`, key: "<key>", ttl: 3600 });
  },
  7783: (world) => {
    // The zone of the flow's networks, whose tag is its VLAN's.
    world.sdn.staged.zones.set("z1", { type: "vlan", bridge: "vmbr0" });
  },
  7863: (world) => {
    // Everybody's token is another one: this is the one that the recorder had been given.
    world.sdn.lock = "01a1fbc7-f3b1-7bda-bb7e-aed8ccc559c8";
  },
  7836: (world) => {
    // The IPAM that is built in comes back by itself.
    world.sdn.ipams.set("pve", { type: "pve" });
  },
  5850: (world) => {
    for (const guest of world.guests.values()) {
      guest.behaviour = { ...guest.behaviour, agent: guest.vmid === 109 };
    }
  },
};

function plant(world: World, storageid: string, content: "import" | "snippets", name: string): void {
  const storage = world.storages.get(storageid);
  if (storage) {
    plantFile(storage, { content, name, size: 196_616, node: "pve", ctime: 1_795_223_951 });
  }
}

function remove(world: World, vmid: number): void {
  world.guests.delete(vmid);
  for (const storage of world.storages.values()) {
    storage.volumes = storage.volumes.filter((volume) => volume.vmid !== vmid);
  }
  for (const pool of world.pools.values()) {
    pool.vms.delete(vmid);
  }
}
