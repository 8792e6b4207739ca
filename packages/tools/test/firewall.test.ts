import { describe, expect, it } from "vitest";
import { failure, type Lab, openLab } from "./lab.js";

const positions = async (lab: Lab) =>
  (await lab.other.call("GET /cluster/firewall/rules", {}))
    .toSorted((a, b) => a.pos - b.pos)
    .map(({ comment }) => comment);

describe("firewall rules", () => {
  it("are moved down and up to the place that was asked for, and show what changed", async () => {
    await using lab = openLab();
    for (const comment of ["c", "b", "a"])
      await lab.run("create_firewall_rule", { direction: "in", action: "DROP", comment });

    await lab.run("update_firewall_rule", { position: 0, move_to: 2 });
    expect(await positions(lab)).toEqual(["b", "c", "a"]);
    const answer = await lab.run("update_firewall_rule", { position: 2, move_to: 0, enable: true });
    expect(await positions(lab)).toEqual(["a", "b", "c"]);
    expect(answer).toMatchObject({
      changes: [{ key: "enable", before: false, after: true }],
      rule: { pos: 0, comment: "a", enable: true },
    });
    expect(await failure(lab.run("update_firewall_rule", { position: 0 }))).toMatchObject({ code: "TOOL_ARGUMENT" });
  });

  it("are not changed when somebody else changed the list meanwhile", async () => {
    let hurried = false;
    await using lab = openLab({
      async meanwhile({ method }, other) {
        if (method !== "PUT" || hurried) return;
        hurried = true;
        await other.call("POST /cluster/firewall/rules", { type: "in", action: "ACCEPT" });
      },
    });
    await lab.run("create_firewall_rule", { direction: "in", action: "DROP" });

    expect(await failure(lab.run("update_firewall_rule", { position: 0, comment: "mine" }))).toMatchObject({
      code: "TOOL_REFUSED",
      remedy: "Somebody else changed it meanwhile: read it again, then repeat.",
    });
  });
});

describe("a rule that does nothing as things are", () => {
  const open = { direction: "in", action: "ACCEPT", proto: "tcp", dport: "443", enable: true };

  it("says which switch above it is off: the cluster's, the guest's, the network card's", async () => {
    await using lab = openLab();
    const notes = async () => (await lab.run("create_firewall_rule", { ...open, scope: "guest/103" })).notes ?? [];

    expect(await notes()).toEqual([
      expect.stringContaining("firewall of the cluster is switched off"),
      expect.stringContaining("firewall of this guest is switched off"),
      expect.stringContaining("do not reach net0"),
    ]);
    await lab.run("update_firewall_options", { config: { enable: true } });
    await lab.run("update_firewall_options", { scope: "guest/103", config: { enable: true } });
    await lab.run("update_vm_config", { vmid: 103, config: { net0: { firewall: true } } });
    expect(await notes()).toEqual([]);
    expect((await lab.run("get_firewall_rules", { scope: "guest/103" })).notes).toBeUndefined();
  });

  it("says only that it is off where it is made so", async () => {
    await using lab = openLab();

    expect((await lab.run("create_firewall_rule", { ...open, enable: false })).notes).toEqual([
      expect.stringContaining("give enable true"),
    ]);
  });
});

describe("an IP set", () => {
  it("is made with the entries that PVE takes, and names those it refuses", async () => {
    await using lab = openLab();

    const answer = await lab.run("create_firewall_ipset", {
      name: "admins",
      entries: "192.0.2.10,!192.0.2.11,nonsense/99",
    });

    expect(answer).toMatchObject({
      now: { entries: expect.arrayContaining([{ cidr: "192.0.2.11", nomatch: true }]) },
      failed: [expect.stringContaining("nonsense/99")],
    });
  });

  it("that is not empty is removed with force only, and is found in any case", async () => {
    await using lab = openLab();
    await lab.run("create_firewall_ipset", { name: "Admins", entries: ["192.0.2.10"], scope: "guest/100" });

    const args = { name: "admins", scope: "guest/100" };
    expect(await failure(lab.run("delete_firewall_ipset", args))).toMatchObject({ code: "TOOL_ARGUMENT" });
    expect(await lab.run("delete_firewall_ipset", { ...args, force: true })).toMatchObject({
      was: { entries: [{ cidr: "192.0.2.10" }] },
    });
    expect(await failure(lab.run("list_firewall_ipsets", { scope: "node/pve1" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
    });
  });
});

describe("the options of a firewall", () => {
  it("show before and after, and say when they are not in force", async () => {
    await using lab = openLab();

    expect(await lab.run("update_firewall_options", { config: { enable: 1 } })).toMatchObject({
      scope: "cluster",
      changes: [{ key: "enable", after: 1 }],
    });
    const guest = await lab.run("update_firewall_options", { scope: "guest/100", config: { enable: 1 } });
    expect(guest.notes?.join(" ")).toContain("firewall=1");
    expect(await failure(lab.run("get_firewall_log", { scope: "cluster" }))).toMatchObject({ code: "TOOL_ARGUMENT" });
  });
});
