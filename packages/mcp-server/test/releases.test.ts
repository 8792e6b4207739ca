import { createSimulator } from "@pve/simulator";
import { catalogue, findOperation, operationRoutes } from "@pve/tools";
import { describe, expect, it } from "vitest";
import { connect } from "./session.js";

const releases = ["8.4", "9.0", "9.1", "9.2"] as const;
const order = (release: string | undefined) => (release === undefined ? -1 : Number(release.replace(".", "")));

describe.each(releases)("on a cluster of release %s", (release) => {
  const on = () => connect({ allowed: "destroy", pve: createSimulator({ seed: "three-nodes", release }) });

  it("refuses every operation that came later, by the release it needs, and sends nothing of it", async () => {
    await using session = await on();
    const operations = await Promise.all((await operationRoutes()).map(findOperation));
    const later = operations.filter((tool) => order(tool?.since) > order(release));
    for (const tool of later) {
      const required = Object.fromEntries(
        (tool?.inputSchema.required ?? []).map((name) => [name, sample(tool?.inputSchema.properties[name])]),
      );
      const { isError, text } = await session.callTool("call", { name: tool?.name ?? "", arguments: required });
      expect({ isError, text }).toEqual({
        isError: true,
        text: expect.stringContaining(`came with PVE ${tool?.since}, and this cluster runs ${release}`),
      });
    }
    expect(later.length === 0).toBe(release === "9.2");
    const sent = new Set(session.pve.requests().map(({ method, path }) => `${method} ${path}`));
    expect([...sent].filter((request) => !request.endsWith("/version"))).toEqual([]);
    expect(session.defects).toEqual([]);
  });

  it("asks for the release only where it matters, and once", async () => {
    await using session = await on();
    await session.callTool("list_pools");
    expect(session.pve.requests().some(({ path }) => path.endsWith("/version"))).toBe(false);
    for (let time = 0; time < 2; time += 1) await session.callTool("call", { name: "GET /cluster/ha/rules" });
    const asked = session.pve.requests().filter(({ path }) => path.endsWith("/version"));
    // Before a refusal it asks again, in case of an upgrade.
    expect(asked).toHaveLength(release === "8.4" ? 2 : 1);
  });
});

function sample(
  schema: { readonly type?: unknown; readonly enum?: readonly unknown[]; readonly minimum?: number } = {},
) {
  if (schema.enum !== undefined) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "integer" || type === "number") return schema.minimum ?? 1;
  return type === "boolean" ? true : type === "array" ? ["x"] : type === "object" ? {} : "x";
}

describe("an argument that came later than the cluster's release", () => {
  it("is refused by the release it needs, and the call works without it", async () => {
    await using session = await connect({
      allowed: "destroy",
      pve: createSimulator({ seed: "three-nodes", release: "8.4" }),
    });
    const name = "DELETE /cluster/ha/resources/{sid}";
    const refused = await session.callTool("call", { name, arguments: { sid: "vm:100", purge: true } });
    expect(refused).toMatchObject({
      isError: true,
      text: expect.stringMatching(/purge came with PVE 9\.\d, and this cluster runs 8\.4/),
    });
    expect(session.pve.requests().filter(({ method }) => method !== "GET")).toEqual([]);
  });
});

describe("a release that the operator has named", () => {
  it("keeps what came later out of the list, and marks it where it is searched or described", async () => {
    const exposure = { toolsets: ["all"] };
    await using old = await connect({ allowed: "destroy", exposure, namedRelease: "8.4" });
    await using young = await connect({ allowed: "destroy", exposure, namedRelease: "9.2" });
    const later = catalogue.filter(({ since }) => order(since) > order("8.4")).map(({ name }) => name);
    expect(later.length).toBeGreaterThan(0);
    expect(await young.toolNames()).toEqual(expect.arrayContaining(later));
    expect((await old.toolNames()).filter((name) => later.includes(name))).toEqual([]);

    const found = await old.callTool("search_tools", { query: "ha node affinity rule" });
    expect(found.data).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ refused: "needs PVE 9.0" })]),
    });
    const described = await old.callTool("describe", { name: "GET /cluster/ha/rules" });
    expect(described.text).toContain("Refused in this session: needs PVE 9.0.");
    expect(old.pve.requests()).toEqual([]);
  });
});
