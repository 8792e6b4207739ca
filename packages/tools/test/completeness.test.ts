import { describe, expect, it } from "vitest";
import { catalogue } from "../src/index.js";
import { openLab } from "./lab.js";

const NOBODY = "no such thing anywhere";
const asked = (lab: ReturnType<typeof openLab>) =>
  lab.sim.requests().filter(({ path }) => path === "/access/permissions").length;

describe("a read that PVE filters by privilege", () => {
  it("says that it may show only part, and of what, to a token that may not see everything", async () => {
    await using lab = openLab({ caller: "operatorToken" });

    const { complete, notes } = await lab.run("get_vms");

    expect(complete).toBe(false);
    expect(notes).toEqual([
      expect.stringMatching(/^Only part may be shown: PVE leaves out virtual machines .* may exist/),
    ]);
  });

  it("of nothing says whether that is all there is", async () => {
    await using auditor = openLab({ caller: "auditorToken" });
    await using operator = openLab({ caller: "operatorToken" });

    const all = await auditor.run("get_vms", { filter: NOBODY });
    const part = await operator.run("get_vms", { filter: NOBODY });

    expect(all).toMatchObject({ complete: true, items: [], total: 0 });
    expect(all.notes).toBeUndefined();
    expect(part).toMatchObject({ complete: false, items: [], total: 0 });
    expect(part.notes?.join(" ")).toContain("may exist all the same");
  });

  it("is silent where everything is shown", async () => {
    await using lab = openLab({ caller: "auditorToken" });

    expect(await lab.run("get_vms")).not.toHaveProperty("complete");
  });

  it("counts only what was asked for", async () => {
    await using lab = openLab({ caller: "operatorToken" });
    const said = async (args: object) => (await lab.run("get_cluster_resources", { ...args })).notes?.join(" ") ?? "";

    expect(await said({ type: "sdn" })).toContain("SDN zones");
    expect(await said({ type: "sdn" })).not.toContain("guests");
    expect(await said({ type: "vm" })).toContain("guests");
    expect(await said({ type: "vm" })).not.toContain("SDN");
    expect(await said({})).toMatch(/guests.*SDN zones/);
  });

  it("asks once a minute what the caller may see, however many reads there are", async () => {
    await using lab = openLab({ caller: "operatorToken" });
    for (const name of ["get_vms", "get_containers", "get_cluster_resources"]) await lab.run(name);
    expect(asked(lab)).toBe(1);

    await lab.sim.clock.advance(61_000);
    await lab.run("get_vms");
    expect(asked(lab)).toBe(2);
  });

  it("asks nothing where PVE filters nothing", async () => {
    await using lab = openLab({ caller: "operatorToken" });
    await lab.run("get_vm_status", { vmid: 100 });
    expect(asked(lab)).toBe(0);
  });

  it("is one by its route, too", async () => {
    await using lab = openLab({ caller: "operatorToken" });

    expect(await lab.run("GET /nodes/{node}/qemu", { node: "pve1" })).toMatchObject({ complete: false });
  });

  it("has room for it in its output schema", () => {
    const filtered = [
      "get_vms",
      "get_cluster_resources",
      "list_users",
      "list_acl",
      "get_storage",
      "list_tasks",
      "list_pools",
    ];
    for (const name of filtered) {
      const tool = catalogue.find((one) => one.name === name);
      expect(tool?.outputSchema.properties["complete"], name).toMatchObject({ type: "boolean" });
    }
  });
});
