import { describe, expect, it } from "vitest";
import { ToolRefusedError } from "../src/index.js";
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

    expect(error).toMatchObject({ code: "TOOL_REFUSED", kind: "permission" });
    expect(error instanceof ToolRefusedError ? error.remedy?.split("\n") : []).toEqual([
      "auditor@pve!reader lacks VM.PowerMgmt on /vms/103. An administrator grants it on a node with:",
      expect.stringMatching(/^pveum role add tools-vms-103 --privs '.*VM\.Audit.*VM\.PowerMgmt'$/),
      "pveum acl modify /vms/103 --tokens 'auditor@pve!reader' --roles tools-vms-103 --propagate 0",
      expect.stringContaining("pveum user permissions 'auditor@pve'"),
    ]);
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

describe("a refusal", () => {
  it("is granted by the lines it names, and nothing else is lost by them", async () => {
    await using lab = openLab({ caller: "auditorToken" });
    const error = await failure(lab.run("start_vm", { vmid: 103 }));
    const remedy = error instanceof ToolRefusedError ? (error.remedy ?? "") : "";
    const [, roleid = "", privs = ""] = /role add (\S+) --privs '([^']+)'/.exec(remedy) ?? [];
    await lab.other.call("POST /access/roles", { roleid, privs });
    for (const who of [{ tokens: "auditor@pve!reader" }, { users: "auditor@pve" }]) {
      await lab.other.call("PUT /access/acl", { path: "/vms/103", roles: roleid, propagate: false, ...who });
    }

    expect(await lab.run("start_vm", { vmid: 103 })).toMatchObject({ task: "finished" });
    expect(await lab.run("get_vm_config", { vmid: 103 })).toMatchObject({ node: "pve2" });
  });

  it("is explained where PVE names nothing, because there were alternatives", async () => {
    await using lab = openLab({ caller: "operatorToken" });

    const error = await failure(lab.run("clone_vm", { source_vmid: 102, new_vmid: 990 }));

    expect(error).toMatchObject({ code: "TOOL_REFUSED", kind: "permission" });
    expect(error instanceof ToolRefusedError ? error.remedy : "").toMatch(
      /lacks VM\.(Clone|Allocate) on \/vms\/\d+.*\npveum role add/s,
    );
  });

  it("that only root@pam escapes says so", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("remove_node_from_cluster", { node_name: "pve3", force: true }))).toMatchObject({
      remedy: expect.stringContaining("nobody but root@pam"),
    });
  });
});
