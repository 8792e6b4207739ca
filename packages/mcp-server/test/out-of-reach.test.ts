import { describe, expect, it } from "vitest";
import { connect, type SessionOptions } from "./session.js";

const reader: SessionOptions = {
  allowed: "destroy",
  token: (pve) => pve.credentials.auditorToken,
  exposure: { toolsets: ["vms"] },
};

describe("tools that the caller's token cannot use", () => {
  it("are listed like all others unless the operator says otherwise, and nothing is asked for a list", async () => {
    await using session = await connect(reader);
    expect(await session.toolNames()).toContain("delete_vm");
    expect(session.pve.requests()).toEqual([]);
  });

  it("are left out where they are to be hidden; the others stay", async () => {
    await using session = await connect({ ...reader, permissions: "hide" });
    const names = await session.toolNames();
    expect(names).toEqual(expect.arrayContaining(["get_vms", "get_vm_config"]));
    expect(names).not.toContain("create_vm");
    expect(names).not.toContain("delete_vm");
    expect(await session.toolNames()).toEqual(names);
    expect(session.pve.requests().map(({ path }) => path)).toEqual(["/access/permissions"]);
  });

  it("say what the token lacks where they are to be marked, in lists and in what is found", async () => {
    await using session = await connect({ ...reader, permissions: "mark" });
    const { tools } = await session.mcp.listTools();
    const told = (name: string) => tools.find((tool) => tool.name === name)?.description;
    expect(told("delete_vm")).toMatch(/^Not permitted: .*VM\.Allocate on \/vms/);
    expect(told("get_vms")).not.toContain("Not permitted");
    const { data } = await session.callTool("search_tools", { query: "delete a virtual machine" });
    expect(data["items"]).toContainEqual(
      expect.objectContaining({ name: "delete_vm", refused: expect.stringContaining("VM.Allocate") }),
    );
  });

  it("are not thought out of reach when the cluster does not tell", async () => {
    const token = () => "root@pam!gone=00000000-0000-4000-8000-000000000000";
    await using session = await connect({ ...reader, token, permissions: "hide" });
    expect(await session.toolNames()).toContain("delete_vm");
  });

  it("are but those kept for root@pam where the token holds everything", async () => {
    const everything: SessionOptions = { allowed: "destroy", exposure: { toolsets: ["all"] } };
    await using hiding = await connect({ ...everything, permissions: "hide" });
    await using plain = await connect(everything);
    const shown = new Set(await hiding.toolNames());
    const hidden = (await plain.toolNames()).filter((name) => !shown.has(name));
    expect(hidden).toEqual(["change_password", "remove_node_from_cluster"]);
  });
});
