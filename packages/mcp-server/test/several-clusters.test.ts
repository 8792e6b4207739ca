import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createSimulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import type { Caller } from "../src/caller.js";
import { connectTargets } from "../src/connect.js";
import { createServerFactory } from "../src/server.js";
import { configOf } from "./http-session.js";
import { outcomeOf } from "./session.js";

/** Two clusters behind real sockets: `home` may be changed, `work` only looked at. */
async function startClusters() {
  const home = createSimulator({ seed: "three-nodes", clock: { speed: 50 } });
  const work = createSimulator({ seed: "one-node", clock: { speed: 50 } });
  const sections = await Promise.all(
    [home, work].map(async (pve, at) => {
      const { url, fingerprint256: fingerprint } = await pve.listen();
      const name = at === 0 ? "home" : "work";
      return { name, url, fingerprint, token: pve.credentials.token, allow: at === 0 ? "change" : "read" };
    }),
  );
  const { targets } = await connectTargets(configOf({ targets: sections }));
  const factory = createServerFactory({
    targets,
    waitBudget: 60_000,
    version: "0.0.0-test",
    onDefect: () => {},
  });
  const speak = async (caller: Caller) => {
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
    const served = serveStdio(() => factory(caller), { transport: serverSide });
    const mcp = new Client({ name: "test", version: "1" });
    await mcp.connect(clientSide);
    return {
      tools: async () => (await mcp.listTools()).tools,
      instructions: () => mcp.getInstructions(),
      call: async (name: string, args: Record<string, unknown>) =>
        outcomeOf(await mcp.callTool({ name, arguments: args })),
      async [Symbol.asyncDispose]() {
        await mcp.close();
        await served.close();
      },
    };
  };
  return {
    home,
    work,
    speak,
    async [Symbol.asyncDispose]() {
      await Promise.all([home.close(), work.close()]);
    },
  };
}

const everywhere: Caller = { id: "local", reach: "destroy" };

describe("with several clusters", () => {
  it("each tool asks which one, and asks no other", async () => {
    await using clusters = await startClusters();
    await using session = await clusters.speak(everywhere);
    // What only tells of tools is the same for every cluster.
    const tools = (await session.tools()).filter(({ name }) => name !== "search_tools" && name !== "describe");
    for (const { name, inputSchema } of tools) {
      expect(inputSchema.properties?.["target"], name).toMatchObject({ enum: ["home", "work"] });
      expect(inputSchema.required, name).toContain("target");
    }
    expect(session.instructions()).toContain("home, work");

    const atHome = await session.call("get_nodes", { target: "home" });
    expect(clusters.work.requests()).toEqual([]);
    const before = clusters.home.requests().length;
    const atWork = await session.call("get_nodes", { target: "work" });
    expect(clusters.home.requests().length).toBe(before);
    expect(atHome.text).toContain("pve3");
    expect(atWork.isError).toBe(false);
    expect(atWork.text).not.toContain("pve3");
  });

  it("call asks which one as well, and leaves a parameter of that name to the operation", async () => {
    await using clusters = await startClusters();
    await using session = await clusters.speak(everywhere);
    const name = "POST /nodes/{node}/qemu/{vmid}/clone";
    const args = { vmid: 100, newid: 995, target: "pve9" };
    const refused = await session.call("call", { target: "home", name, arguments: args });
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("pve9") });
    expect(clusters.home.requests().some(({ method }) => method === "POST")).toBe(true);
    expect(clusters.work.requests()).toEqual([]);
    await expect(session.call("call", { name, arguments: args })).rejects.toThrow(/target is missing/);
  });

  it("what one allows another may refuse", async () => {
    await using clusters = await startClusters();
    await using session = await clusters.speak(everywhere);
    expect((await session.tools()).map(({ name }) => name)).toContain("start_vm");
    const vmid = 103;
    expect(await session.call("start_vm", { target: "home", vmid })).toMatchObject({ isError: false });
    const refused = await session.call("start_vm", { target: "work", vmid });
    expect(refused).toMatchObject({
      isError: true,
      text: expect.stringMatching(/--allow change[\s\S]*Nothing was changed/),
    });
    expect(clusters.work.requests()).toEqual([]);
  });

  const wrong: [title: string, target: unknown, says: RegExp][] = [
    ["none", undefined, /target is missing; targets: home, work/],
    ["one that is none", "hom", /no target "hom"; targets: home, work\. Did you mean home\?/],
    ["something else", 7, /no target "7"/],
  ];

  it.each(wrong)("naming %s is an error that says which there are", async (_title, target, says) => {
    await using clusters = await startClusters();
    await using session = await clusters.speak(everywhere);
    await expect(session.call("get_nodes", { target })).rejects.toThrow(says);
    expect([...clusters.home.requests(), ...clusters.work.requests()]).toEqual([]);
  });

  it("a caller who may use one is asked nothing, and reaches no other", async () => {
    await using clusters = await startClusters();
    await using session = await clusters.speak({ id: "carol", reach: "destroy", targets: ["work"] });
    const tools = await session.tools();
    expect(tools.map(({ name }) => name)).not.toContain("start_vm");
    expect(tools.every(({ inputSchema }) => inputSchema.properties?.["target"] === undefined)).toBe(true);
    expect((await session.call("get_nodes", {})).isError).toBe(false);
    expect(await session.call("get_nodes", { target: "home" })).toMatchObject({ isError: true });
    expect(clusters.home.requests()).toEqual([]);
  });
});
