import { configChanges, updateConfig } from "@pve/client";
import { describe, expect, it, test } from "vitest";
import { failureOf } from "./fault-server.js";
import { countRequests, simulated } from "./simulated.js";

describe("configChanges", () => {
  test.each<[string, object, object]>([
    [
      "the same text",
      { net0: "virtio=AA:BB:CC:00:00:01,bridge=vmbr0" },
      { net0: "virtio=AA:BB:CC:00:00:01,bridge=vmbr0" },
    ],
    [
      "another order",
      { net0: "virtio=AA:BB:CC:00:00:01,bridge=vmbr0,tag=2" },
      { net0: "virtio=AA:BB:CC:00:00:01,tag=2,bridge=vmbr0" },
    ],
    [
      "text and object",
      { net0: "virtio=AA:BB:CC:00:00:01,firewall=1" },
      { net0: { model: "virtio", macaddr: "AA:BB:CC:00:00:01", firewall: true } },
    ],
    ["an alias", { scsi0: "local:1,size=1G" }, { scsi0: "volume=local:1,size=1G" }],
    ["numbers as text", { memory: "8192", cores: 4 }, { memory: 8192, cores: "4" }],
    ["booleans", { onboot: 1 }, { onboot: true }],
    ["lists", { tags: "a;b" }, { tags: ["a", "b"] }],
    ["another digest", { digest: "1", cores: 1 }, { digest: "2", cores: 1 }],
  ])("finds nothing in %s", async (_, old, next) => {
    expect(await configChanges(old, next)).toMatchObject({ set: {}, delete: [] });
  });

  it("gives what changed, what is gone, and the digest", async () => {
    const old = { cores: 2, name: "a", net0: { model: "virtio", bridge: "vmbr0" }, net1: "e1000", digest: "d1" };
    const next = { cores: 2, name: "b", net0: { model: "virtio", bridge: "vmbr1" }, memory: 2048, onboot: undefined };
    expect(await configChanges(old, next)).toEqual({
      set: { name: "b", net0: { model: "virtio", bridge: "vmbr1" }, memory: 2048 },
      delete: ["net1"],
      digest: "d1",
    });
  });

  it("does not delete what PVE alone writes, and leaves both configurations as they were", async () => {
    const old = Object.freeze({ cores: 1, meta: "creation-qemu=9", parent: "s1", vmstate: "x", digest: "d" });
    expect(await configChanges(old, Object.freeze({ cores: 1 }))).toEqual({ set: {}, delete: [], digest: "d" });
  });

  it("knows containers by their own grammars", async () => {
    const old = { net0: "name=eth0,bridge=vmbr0", mp0: "local:1,mp=/a", swap: 512 };
    const next = { net0: { bridge: "vmbr0", name: "eth0" }, swap: "512" };
    expect(await configChanges(old, next, "lxc")).toEqual({ set: {}, delete: ["mp0"] });
  });
});

describe("updateConfig", () => {
  it("sends only what changed", async () => {
    const { pve, sim } = simulated();
    const guest = pve.nodes("pve1").qemu(102).config;
    const old = await guest.get();
    const { tags: _gone, ...rest } = old;
    const changes = await updateConfig(pve, { node: "pve1", vmid: 102 }, old, { ...rest, cores: 8, onboot: null });
    expect(changes).toEqual({
      set: { cores: 8 },
      delete: expect.arrayContaining(["tags", "onboot"]),
      digest: old.digest,
    });
    const now = await guest.get();
    expect(now).toMatchObject({ cores: 8, name: old.name, net0: old["net0"] });
    expect(now).not.toHaveProperty("tags");
    expect(now).not.toHaveProperty("onboot");
    expect(countRequests(sim, "PUT", /config$/)).toBe(1);
  });

  it("sends nothing when nothing changed", async () => {
    const { pve, sim } = simulated();
    const old = await pve.nodes("pve1").qemu(102).config.get();
    await updateConfig(pve, { node: "pve1", vmid: 102 }, old, { ...old });
    expect(countRequests(sim, "PUT", /config$/)).toBe(0);
  });

  it("is refused when somebody else was faster", async () => {
    const { pve } = simulated();
    const guest = pve.nodes("pve1").qemu(102).config;
    const old = await guest.get();
    await guest.put({ cores: 3 });
    const error = await failureOf(updateConfig(pve, { node: "pve1", vmid: 102 }, old, { ...old, cores: 5 }));
    expect(error).toMatchObject({ code: "PVE_REQUEST", kind: "conflict" });
    expect(await guest.get()).toMatchObject({ cores: 3 });
  });
});
