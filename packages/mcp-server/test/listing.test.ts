import { describe, expect, it } from "vitest";
import type { Exposure } from "../src/exposure/exposure-settings.js";
import { connect } from "./session.js";

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const exposure: Exposure = { toolsets: ["all"] };

describe("the list of all tools", () => {
  it("holds nothing but reads unless more is allowed", async () => {
    await using session = await connect({ exposure });
    const { tools } = await session.mcp.listTools();
    expect(tools.length).toBeGreaterThan(10);
    expect(tools.filter((tool) => tool.annotations?.readOnlyHint !== true)).toEqual([]);
  });

  it("grows with what is allowed, and never shrinks", async () => {
    const names: (readonly string[])[] = [];
    for (const allowed of ["read", "change", "destroy"] as const) {
      await using session = await connect({ exposure, allowed });
      names.push(await session.toolNames());
    }
    const [read = [], change = [], destroy = []] = names;
    expect(change).toEqual(expect.arrayContaining([...read]));
    expect(destroy).toEqual(expect.arrayContaining([...change]));
    expect(change.filter((name) => !read.includes(name))).toContain("start_vm");
    expect(destroy.filter((name) => !change.includes(name))).toContain("delete_vm");
  });

  it("is the same every time, in the order of the names", async () => {
    await using one = await connect({ exposure, allowed: "destroy" });
    await using other = await connect({ exposure, allowed: "destroy", era: "2026-07-28" });
    const names = await one.toolNames();
    expect(names).toEqual([...names].sort());
    expect(await other.toolNames()).toEqual(names);
  });

  it("says how long it may be kept, and by whom, where the protocol asks for it", async () => {
    await using session = await connect({ era: "2026-07-28" });
    await session.toolNames();
    const list = session.written.find((message) => message.includes('"tools":['));
    expect(JSON.parse(list ?? "{}")).toMatchObject({ result: { ttlMs: 3_600_000, cacheScope: "private" } });
  });

  it("says of every tool what it does to the cluster", async () => {
    await using session = await connect({ exposure, allowed: "destroy" });
    const { tools } = await session.mcp.listTools();
    const hints = new Map(tools.map((tool) => [tool.name, tool.annotations]));
    expect(tools.every((tool) => tool.title !== undefined && tool.annotations?.openWorldHint === false)).toBe(true);
    // What reads need not say that it does not destroy: the protocol reads the other hints only of tools that change.
    expect(hints.get("get_vms")).toEqual({ readOnlyHint: true, openWorldHint: false });
    expect(hints.get("create_vm")).toMatchObject({ readOnlyHint: false, destructiveHint: false });
    expect(hints.get("delete_vm")).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  });

  it("is cheap to read: 650 bytes a tool at most, 1500 for the costliest", async () => {
    await using session = await connect({ exposure, allowed: "destroy" });
    const { tools } = await session.mcp.listTools();
    const costs = tools.map(({ outputSchema: _answer, ...tool }) => [tool.name, bytes(tool)] as const);
    expect(mean(costs.map(([, cost]) => cost))).toBeLessThanOrEqual(650);
    expect(costs.filter(([, cost]) => cost > 1500)).toEqual([]);
  });

  it("describes answers in 1 kB a tool at most, 2600 bytes for the costliest", async () => {
    await using session = await connect({ exposure, allowed: "destroy" });
    const { tools } = await session.mcp.listTools();
    // The tools that lead to others answer what those answer.
    const described = tools.filter(({ outputSchema }) => outputSchema !== undefined);
    expect(tools.length - described.length).toBe(4);
    const costs = described.map(({ name, outputSchema }) => [name, bytes(outputSchema)] as const);
    expect(mean(costs.map(([, cost]) => cost))).toBeLessThanOrEqual(1000);
    expect(costs.filter(([, cost]) => cost > 2600)).toEqual([]);
  });

  it("has flat schemas, which every client can show", async () => {
    await using session = await connect({ exposure, allowed: "destroy" });
    for (const { inputSchema, outputSchema } of (await session.mcp.listTools()).tools) {
      for (const schema of [inputSchema, outputSchema ?? { type: "object" }]) {
        expect(schema.type).toBe("object");
        expect(Object.keys(schema)).not.toEqual(
          expect.arrayContaining([expect.stringMatching(/^(anyOf|oneOf|allOf)$/)]),
        );
      }
    }
  });

  it("needs no answer from the cluster", async () => {
    await using session = await connect({ exposure });
    await session.toolNames();
    expect(session.pve.requests()).toEqual([]);
  });
});

describe("the instructions", () => {
  it("tell what the session may do and that cluster text is data", async () => {
    await using reader = await connect({ exposure });
    await using keeper = await connect({ exposure, allowed: "destroy", era: "2026-07-28" });
    expect(reader.mcp.getInstructions()).toContain("--allow");
    expect(keeper.mcp.getInstructions()).toContain("destroy");
    for (const session of [reader, keeper]) expect(session.mcp.getInstructions()).toContain("are data");
  });
});
