import { describe, expect, it } from "vitest";
import { connect } from "./session.js";

const CLONE = "POST /nodes/{node}/qemu/{vmid}/clone";

describe("search_tools", () => {
  it("finds tools and operations, a tool before the operation it is about", async () => {
    await using session = await connect();
    const { data } = await session.callTool("search_tools", { query: "clone a virtual machine" });
    expect(data).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ name: "clone_vm" })]) });
    expect(JSON.stringify(data)).not.toContain(CLONE);
    const commands = await session.callTool("search_tools", { query: "qm sendkey", limit: 1 });
    expect(commands.data).toMatchObject({ items: [{ name: "PUT /nodes/{node}/qemu/{vmid}/sendkey" }] });
  });

  it("marks what this session may not run, and says who could allow it", async () => {
    await using reader = await connect();
    const { data, text } = await reader.callTool("search_tools", { query: "delete a container" });
    expect(data).toMatchObject({
      items: expect.arrayContaining([
        { name: "delete_container", risk: "destroy", does: expect.any(String), refused: "needs --allow destroy" },
      ]),
    });
    expect(text).toContain("needs --allow destroy");
    await using keeper = await connect({ allowed: "destroy" });
    expect((await keeper.callTool("search_tools", { query: "delete a container" })).text).not.toContain(
      "needs --allow",
    );
  });

  it("takes a slip of the keyboard for what was meant", async () => {
    await using session = await connect();
    const { text } = await session.callTool("search_tools", { query: "snaphsot contianer" });
    expect(text).toContain("create_container_snapshot");
  });

  it("says so when nothing fits, and refuses an empty request", async () => {
    await using session = await connect();
    expect(await session.callTool("search_tools", { query: "xyzzyplugh" })).toMatchObject({ isError: true });
    expect(await session.callTool("search_tools", {})).toMatchObject({
      isError: true,
      text: expect.stringContaining("query: missing"),
    });
  });

  it("asks nothing of the cluster, and neither does describe", async () => {
    await using session = await connect();
    await session.callTool("search_tools", { query: "backup" });
    await session.callTool("describe", { name: CLONE });
    expect(session.pve.requests()).toEqual([]);
  });
});

describe("describe", () => {
  it("says what an operation does, needs and takes, and how it is rated", async () => {
    await using session = await connect();
    const { data, text } = await session.callTool("describe", { name: CLONE });
    expect(data).toMatchObject({
      name: CLONE,
      risk: "change",
      needs: expect.stringContaining("VM.Clone on /vms/{vmid}"),
      like: "qm clone",
      arguments: expect.arrayContaining([expect.objectContaining({ name: "newid*", type: "integer 100..999999999" })]),
    });
    expect(text).toContain("Refused in this session: needs --allow change");
  });

  it("pages many options by what they are about, families written once", async () => {
    await using session = await connect({ allowed: "destroy" });
    const { data, text } = await session.callTool("describe", { name: "PUT /nodes/{node}/qemu/{vmid}/config" });
    expect(data).toMatchObject({
      groups: expect.arrayContaining([{ group: "network", options: expect.stringContaining("net[n]") }]),
    });
    expect(text).toContain("Ask with group");
    const page = await session.callTool("describe", { name: "PUT /nodes/{node}/qemu/{vmid}/config", group: "network" });
    expect(page.text).toMatch(/net\[n\].*bridge/s);
    expect(page.data).toMatchObject({ notes: [expect.stringContaining("The next group is")] });
    const wrong = await session.callTool("describe", {
      name: "PUT /nodes/{node}/qemu/{vmid}/config",
      group: "netwrok",
    });
    expect(wrong).toMatchObject({ isError: true, text: expect.stringContaining("did you mean network?") });
  });

  it("shows what a tool takes by itself in full, however many options lie behind one of its arguments", async () => {
    await using session = await connect({ allowed: "change" });
    for (const [name, own] of [
      ["create_backup_job", ["pool", "prune-backups", "config"]],
      ["create_storage", ["content", "nodes", "config"]],
      ["update_vm_config", ["config", "delete", "digest"]],
    ] as const) {
      const { data, text } = await session.callTool("describe", { name });
      for (const argument of own) {
        expect(data["arguments"]).toContainEqual(
          expect.objectContaining({ name: argument, about: expect.any(String) }),
        );
      }
      expect(text).toMatch(/config\./);
      for (const argument of own) expect(text).not.toContain(` config.${argument} `);
      expect(JSON.stringify(data).length).toBeLessThan(6000);
    }
  });

  it("names the operations near a route that there is not", async () => {
    await using session = await connect();
    const { isError, text } = await session.callTool("describe", { name: "GET /nodes/{node}/qemu/{vmid}/pendin" });
    expect(isError).toBe(true);
    expect(text).toContain("Near: GET /nodes/{node}/qemu/{vmid}/pending");
  });

  it("gives the example of a tool and names its operation", async () => {
    await using session = await connect();
    const { data } = await session.callTool("describe", { name: "clone_vm" });
    expect(data).toMatchObject({ operation: CLONE, example: expect.stringContaining("vmid") });
  });
});

describe("call", () => {
  it("runs a tool by name and an operation by its route, or by a path with values in it", async () => {
    await using session = await connect({ allowed: "change" });
    const tool = await session.callTool("call", { name: "get_vm_config", arguments: { vmid: 100 } });
    expect(tool.data).toEqual((await session.callTool("get_vm_config", { vmid: 100 })).data);
    const route = "GET /nodes/{node}/qemu/{vmid}/status/current";
    const byRoute = await session.callTool("call", { name: route, arguments: { node: "pve1", vmid: 100 } });
    expect(byRoute.data).toMatchObject({ vmid: 100, status: "running" });
    const byPath = await session.callTool("call", { name: "get /nodes/pve1/qemu/100/status/current" });
    expect(byPath.data).toEqual(byRoute.data);
  });

  it("takes the arguments as the JSON text of an object as well", async () => {
    await using session = await connect();
    const given = { name: "GET /cluster/resources", arguments: '{"type":"node","fields":["node"]}' };
    expect((await session.callTool("call", given)).data).toMatchObject({ total: 3 });
  });

  it("leaves a parameter called target to the operation where there is one cluster", async () => {
    await using session = await connect({ allowed: "change" });
    const args = { vmid: 100, newid: 991, target: "pve2", full: true };
    expect((await session.callTool("call", { name: CLONE, arguments: args })).text).not.toContain("There is no target");
  });

  it("refuses what the session may not do, whatever it is called by", async () => {
    await using session = await connect({ allowed: "change" });
    for (const name of ["delete_vm", "DELETE /nodes/{node}/qemu/{vmid}", "DELETE /nodes/pve1/qemu/104"]) {
      const refused = await session.callTool("call", { name, arguments: { vmid: 104 } });
      expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("Nothing was changed") });
    }
    expect(session.pve.requests()).toEqual([]);
  });

  it("sends nothing when an argument is wrong, and says what would be right", async () => {
    await using session = await connect({ allowed: "change" });
    const wrong = await session.callTool("call", { name: CLONE, arguments: { vmid: 100, newdi: 990 } });
    expect(wrong).toMatchObject({ isError: true, text: expect.stringContaining("did you mean newid?") });
    expect(session.pve.requests()).toEqual([]);
  });

  it("names what is near when nothing has the name", async () => {
    await using session = await connect();
    const wrong = await session.callTool("call", { name: "get_vm_konfig" });
    expect(wrong).toMatchObject({ isError: true, text: expect.stringContaining("get_vm_config") });
    expect(await session.callTool("call", { name: "GET /nodes/{node}/nothing" })).toMatchObject({ isError: true });
  });

  it("shows no secret that an operation answers with, and refuses one it cannot keep", async () => {
    await using session = await connect({ allowed: "destroy" });
    const name = "POST /access/users/{userid}/token/{tokenid}";
    const refused = await session.callTool("call", { name, arguments: { userid: "auditor@pve", tokenid: "t" } });
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("no place to keep it") });
  });
});

describe("read", () => {
  it("runs what only reads, and nothing else", async () => {
    await using session = await connect({ allowed: "destroy" });
    expect(await session.callTool("read", { name: "GET /version" })).toMatchObject({ isError: false });
    const refused = await session.callTool("read", { name: CLONE, arguments: { vmid: 100, newid: 990 } });
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("use call") });
    expect(session.pve.requests()).toHaveLength(1);
  });
});
