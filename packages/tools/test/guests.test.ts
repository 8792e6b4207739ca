import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

describe("a guest without a node", () => {
  it("is found wherever it is", async () => {
    await using lab = openLab();

    expect(await lab.run("get_vm_status", { vmid: 106 })).toMatchObject({ name: "appliance" });
    expect(lab.sim.requests().at(-1)?.path).toContain("/nodes/pve3/qemu/106/");
  });

  it("is not looked for when the node is given", async () => {
    await using lab = openLab();

    await lab.run("get_vm_status", { vmid: 100, node_name: "pve1" });

    expect(lab.sim.requests()).toHaveLength(1);
  });

  it("that does not exist is reported as missing or invisible, and nothing is done", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("stop_vm", { vmid: 999 }));

    expect(error).toMatchObject({
      code: "TOOL_NOT_FOUND",
      message: "there is no guest 999, or the token may not see it",
      remedy: expect.stringContaining("get_cluster_resources"),
    });
    expect(lab.sim.requests().map((request) => request.method)).toEqual(["GET"]);
  });

  it("of the other kind is named for what it is", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("start_vm", { vmid: 203 }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      message: "guest 203 is a container, not a virtual machine",
    });
    expect(await failure(lab.run("start_container", { container_id: 103 }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      message: "guest 103 is a virtual machine, not a container",
    });
  });

  it("looked for on the wrong node is answered with how to find it", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("get_vm_status", { vmid: 100, node_name: "pve2" }));

    expect(error).toMatchObject({
      code: "TOOL_REFUSED",
      kind: "not-found",
      remedy: expect.stringContaining("Leave node_name out"),
    });
  });
});

describe("a token with few privileges", () => {
  it("is told what is missing, in PVE's terms", async () => {
    await using lab = openLab({ caller: "auditorToken" });

    const error = await failure(lab.run("start_vm", { vmid: 103 }));

    expect(error).toMatchObject({
      code: "TOOL_REFUSED",
      kind: "permission",
      remedy: "The token needs VM.PowerMgmt on /vms/{vmid}.",
    });
    expect(lab.sim.guest(103)?.status).toBe("stopped");
  });

  it("learns from an empty list that there may be more than it sees", async () => {
    await using lab = openLab({ caller: "operatorToken" });

    expect(await lab.run("get_vms", { filter: "win11" })).toMatchObject({
      total: 0,
      notes: [expect.stringContaining("may not see")],
    });
  });
});

describe("a broken connection", () => {
  it("in the middle of a change is no reason to repeat it", async () => {
    const sent: string[] = [];
    await using lab = openLab({
      async meanwhile({ method, path }) {
        sent.push(`${method} ${path}`);
        if (method === "POST") throw new TypeError("fetch failed");
      },
    });

    const error = await failure(lab.run("start_vm", { vmid: 103 }));

    expect(error).toMatchObject({
      code: "TOOL_CONNECTION",
      sent: "maybe",
      remedy: expect.stringContaining("look before repeating"),
    });
    expect(sent.filter((request) => request.startsWith("POST"))).toHaveLength(1);
  });
});
