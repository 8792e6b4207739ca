import type { Risk } from "@pve/tools";
import { describe, expect, it } from "vitest";
import type { Exposure } from "../src/exposure/exposure-settings.js";
import { connect, type SessionOptions } from "./session.js";

/** What a model pays for a list: a token is taken for four characters, and output schemas are not shown to models. */
async function costOf(
  options: SessionOptions,
): Promise<{ readonly names: readonly string[]; readonly tokens: number }> {
  await using session = await connect(options);
  const { tools } = await session.mcp.listTools();
  const shown = tools.map(({ outputSchema: _answer, ...tool }) => tool);
  return { names: tools.map(({ name }) => name), tokens: Math.ceil(JSON.stringify({ tools: shown }).length / 4) };
}

const reaches: readonly Risk[] = ["read", "change", "destroy"];
const META = ["call", "describe", "search_tools"];

describe("the default list", () => {
  it.each(reaches)("has at most 20 tools and 6000 tokens where %s is allowed", async (allowed) => {
    const { names, tokens } = await costOf({ allowed });
    expect(names.length).toBeLessThanOrEqual(20);
    expect(tokens).toBeLessThanOrEqual(6000);
    expect(names).toEqual(expect.arrayContaining(META));
    expect(names.length).toBeGreaterThan(15);
  });

  it("holds the most useful of what the session may do", async () => {
    const [read, change, destroy] = await Promise.all(reaches.map((allowed) => costOf({ allowed })));
    expect(read?.names).toEqual(expect.arrayContaining(["get_alerts", "get_cluster_resources", "get_vms"]));
    expect(change?.names).toEqual(expect.arrayContaining(["start_vm", "create_vm_snapshot", "update_vm_config"]));
    expect(destroy?.names).toEqual(expect.arrayContaining(["delete_vm", "restore_vm_snapshot", "stop_vm"]));
  });

  it("is the same every time, in the order of the names, in either era", async () => {
    const one = await costOf({ allowed: "change" });
    const other = await costOf({ allowed: "change", era: "2026-07-28" });
    expect(one).toEqual(other);
    expect(one.names).toEqual([...one.names].sort());
  });
});

describe("the minimal list", () => {
  const exposure: Exposure = { toolsets: ["minimal"] };

  it.each(reaches)("leads to everything for at most 1500 tokens where %s is allowed", async (allowed) => {
    const { names, tokens } = await costOf({ exposure, allowed });
    // Where something can be changed, `read` is what a client may run without asking.
    expect(names).toEqual(allowed === "read" ? META : ["call", "describe", "read", "search_tools"]);
    expect(tokens).toBeLessThanOrEqual(1500);
  });
});

describe("what is listed", () => {
  it("follows the named toolsets and tools, less what is excluded", async () => {
    const exposure = { toolsets: ["ha", "pools"], tools: ["get_vms"], exclude: ["list_pools"] };
    const { names } = await costOf({ exposure });
    expect(names).toEqual(expect.arrayContaining([...META, "get_ha_status", "get_pool", "get_vms"]));
    expect(names).not.toContain("list_pools");
    expect(names).not.toContain("get_containers");
  });

  it("never goes beyond what is allowed", async () => {
    const { names } = await costOf({ exposure: { toolsets: ["all"], tools: ["delete_vm"] } });
    expect(names).not.toContain("delete_vm");
  });

  it("comes without the schemas of answers on request", async () => {
    await using session = await connect({ exposure: { toolsets: ["default"], withoutOutputSchemas: true } });
    const { tools } = await session.mcp.listTools();
    expect(tools.filter((tool) => tool.outputSchema !== undefined)).toEqual([]);
  });

  it("does not bound what can be called by name", async () => {
    await using session = await connect({ exposure: { toolsets: ["minimal"] } });
    expect(await session.callTool("list_pools")).toMatchObject({ isError: false });
    expect(await session.callTool("start_vm", { vmid: 103 })).toMatchObject({ isError: true });
  });
});

describe("the tools that lead to others", () => {
  it("say of themselves what they can do at the most", async () => {
    for (const allowed of reaches) {
      await using session = await connect({ allowed });
      const { tools } = await session.mcp.listTools();
      const hints = new Map(tools.map((tool) => [tool.name, tool.annotations]));
      for (const name of ["search_tools", "describe"]) expect(hints.get(name)).toMatchObject({ readOnlyHint: true });
      expect(hints.get("call")).toMatchObject({ readOnlyHint: allowed === "read" });
      if (allowed !== "read") {
        expect(hints.get("call")).toMatchObject({ destructiveHint: allowed === "destroy" });
        expect(hints.get("read")).toMatchObject({ readOnlyHint: true });
      }
    }
  });
});
