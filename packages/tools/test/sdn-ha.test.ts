import { describe, expect, it } from "vitest";
import { failure, type Lab, openLab } from "./lab.js";

async function withNetwork(lab: Lab): Promise<void> {
  await lab.run("create_sdn_zone", { zone: "office", type: "simple", config: { ipam: "pve" } });
  await lab.run("create_sdn_vnet", { vnet: "staff", zone: "office" });
  await lab.run("create_sdn_subnet", { vnet: "staff", subnet: "10.20.0.0/24", gateway: "10.20.0.1" });
}

describe("software-defined networks", () => {
  it("are in force once applied, and show what is staged until then", async () => {
    await using lab = openLab();
    await withNetwork(lab);

    const before = await lab.run("get_sdn_changes");
    expect(before).toMatchObject({
      changes: [
        { kind: "zone", id: "office", state: "new" },
        { kind: "vnet", id: "staff", state: "new" },
        { kind: "subnet", id: "office-10.20.0.0-24", state: "new" },
      ],
    });
    expect(await lab.run("apply_sdn_changes")).toMatchObject({ applied: true, changes: before["changes"] });
    expect(await lab.run("get_sdn_changes")).toMatchObject({ changes: [], notes: ["Nothing is staged."] });
    expect(await failure(lab.run("rollback_sdn_changes"))).toMatchObject({ code: "TOOL_PRECONDITION" });
  });

  it("show what a change does before it is applied, and lose it on request", async () => {
    await using lab = openLab();
    await withNetwork(lab);
    await lab.run("apply_sdn_changes");

    const update = await lab.run("update_sdn_zone", { zone: "office", config: { mtu: 1450 } });
    expect(update).toMatchObject({ changes: [{ key: "mtu", after: 1450 }] });
    expect(await lab.run("rollback_sdn_changes")).toMatchObject({ lost: [{ kind: "zone", state: "changed" }] });
    expect(await lab.run("list_sdn_zones")).not.toHaveProperty("items.0.state");
  });

  it("name the subnets there are when one is not found", async () => {
    await using lab = openLab();
    await withNetwork(lab);

    expect(await failure(lab.run("delete_sdn_subnet", { vnet: "staff", subnet: "10.21.0.0/24" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      remedy: "It has: 10.20.0.0/24.",
    });
    expect(await failure(lab.run("delete_sdn_zone", { zone: "office" }))).toMatchObject({ code: "TOOL_REFUSED" });
  });
});

describe("high availability", () => {
  it("does not move a guest to where a rule keeps it from, and says which other guest is in the way", async () => {
    await using lab = openLab();
    for (const vmid of [100, 101]) await lab.run("enable_ha_resource", { sid: `vm:${vmid}` });
    const rule = { rule: "apart", type: "resource-affinity", affinity: "negative", resources: ["vm:100", "vm:101"] };
    await lab.run("create_ha_rule", rule);

    expect(await failure(lab.run("migrate_ha_resource", { sid: "101", target_node: "pve1" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: expect.stringContaining("vm:101 must not run where vm:100 runs"),
    });
  });

  it("takes along the guests that are bound to the one that moves", async () => {
    await using lab = openLab();
    for (const vmid of [100, 102]) await lab.run("enable_ha_resource", { sid: `vm:${vmid}` });
    const rule = { rule: "together", type: "resource-affinity", affinity: "positive", resources: "vm:100,vm:102" };
    await lab.run("create_ha_rule", rule);

    const answer = await lab.run("migrate_ha_resource", { sid: "vm:100", target_node: "pve2" });

    expect(answer).toMatchObject({ requested: true, along: ["vm:102"] });
  });

  it("switches a rule off and on again", async () => {
    await using lab = openLab();
    for (const vmid of [100, 101]) await lab.run("enable_ha_resource", { sid: `vm:${vmid}` });
    await lab.run("create_ha_rule", { rule: "near", type: "node-affinity", resources: "vm:100", nodes: "pve1:2,pve2" });

    expect(await lab.run("update_ha_rule", { rule: "near", disable: true })).toMatchObject({
      changes: [{ key: "disable", after: true }],
    });
    expect(await lab.run("update_ha_rule", { rule: "near", delete: "disable" })).toMatchObject({
      changes: [{ key: "disable", before: true }],
    });
    expect(await failure(lab.run("update_ha_rule", { rule: "near" }))).toMatchObject({ code: "TOOL_ARGUMENT" });
  });

  it("names the guests that are not under HA when a rule is made for them", async () => {
    await using lab = openLab();
    const rule = { rule: "near", type: "node-affinity", resources: "vm:100", nodes: "pve1" };

    expect(String(await failure(lab.run("create_ha_rule", rule)))).toContain(
      "cannot use unmanaged resource(s) vm:100.",
    );
  });
});

describe("a refusal in words of PVE's own", () => {
  const refusals: [name: string, args: Record<string, unknown>, remedy: RegExp][] = [
    ["create_sdn_vnet", { vnet: "web20", zone: "nowhere", tag: 20 }, /list_sdn_zones/],
    [
      "create_ha_rule",
      { rule: "near", type: "node-affinity", resources: "vm:100", nodes: "pve1" },
      /enable_ha_resource/,
    ],
    ["renew_node_certificate", { node_name: "pve2" }, /order_node_certificate.*upload_node_certificate/],
    ["order_node_certificate", { node_name: "pve2" }, /update_node_config.*acmedomain0/],
  ];

  it.each(refusals)("of %s comes with what helps", async (name, args, remedy) => {
    await using lab = openLab();

    expect(await failure(lab.run(name, args))).toMatchObject({ remedy: expect.stringMatching(remedy) });
  });
});
