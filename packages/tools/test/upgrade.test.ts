import type { PveClient } from "@pve/client";
import { createClient, openTerminal } from "@pve/client/node";
import { createSimulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { type Answer, type ExecuteContext, execute, findTool, type OpenUpgrade } from "../src/index.js";

const node_name = "pve1";

/** A node's upgrade runs behind a real web socket, so the simulator listens and its clock runs, faster than ours. */
async function openNode(auth: "password" | "token" = "password") {
  const sim = createSimulator({ clock: { speed: 50 } });
  const { url, fingerprint256, close } = await sim.listen();
  const { token, username, password } = sim.credentials;
  const options = { baseUrl: url, tls: { fingerprint256 }, sleep: sim.clock.sleep, now: sim.clock.now };
  const client = createClient({ ...options, auth: { token } });
  const opener = createClient({ ...options, auth: auth === "password" ? { username, password } : { token } });
  const openUpgrade: OpenUpgrade = (_client, node) => openTerminal(opener, { node, cmd: "upgrade" });
  const tool = findTool("apply_node_updates");
  if (tool === undefined) throw new Error("no such tool");
  return {
    client,
    openUpgrade,
    run: (args: object, more: Partial<ExecuteContext> = {}): Promise<Answer> =>
      execute(tool, { node_name, ...args }, { client, openUpgrade, now: sim.clock.now, ...more }),
    async [Symbol.asyncDispose]() {
      await close();
      await sim.close();
    },
  };
}

const pendingOn = async (client: PveClient) =>
  (await client.call("GET /nodes/{node}/apt/update", { node: node_name })).map((row) => row.Package);

describe("apply_node_updates", () => {
  it("installs what waits in the upgrade terminal, answers its question, and passes on what it shows", async () => {
    await using node = await openNode();
    const seen: string[] = [];

    const answer = await node.run({}, { onProgress: ({ message }) => seen.push(message) });

    expect(answer).toMatchObject({
      task: "finished",
      upid: expect.stringContaining(":vncshell:"),
      refreshed: true,
      installed: true,
      count: 3,
      pending: expect.arrayContaining([{ package: "qemu-server", from: "9.2.6", to: "9.2.7", origin: "Proxmox" }]),
      notes: ["3 of 3 packages were installed."],
    });
    expect(seen).toContain("Setting up qemu-server (9.2.7) ...");
    expect(answer["output"]).toContain("Your System is up-to-date");
    expect(await pendingOn(node.client)).toEqual([]);
  });

  it("has nothing to do on a node that is up to date", async () => {
    await using node = await openNode();
    await node.run({});

    expect(await node.run({})).toMatchObject({
      installed: false,
      count: 0,
      notes: ["The node is up to date with its repositories.", "Nothing was installed."],
    });
  });

  it("only refreshes and lists when that is asked for, or when nobody has prepared a terminal", async () => {
    await using node = await openNode();
    const listed = { refreshed: true, installed: false, count: 3, how: expect.any(Array) };

    expect(await node.run({ install: false })).toMatchObject(listed);
    expect(await node.run({}, { openUpgrade: async () => undefined })).toMatchObject({
      ...listed,
      notes: ["This server has no terminal for that node.", "Nothing was installed."],
    });
    expect(await pendingOn(node.client)).toHaveLength(3);
  });

  it("says so when PVE refuses the terminal, as it does to every token", async () => {
    await using node = await openNode("token");

    expect(await node.run({})).toMatchObject({
      installed: false,
      notes: [
        expect.stringMatching(/could not be opened: API tokens .* username and password/),
        "Nothing was installed.",
      ],
    });
    expect(await pendingOn(node.client)).toHaveLength(3);
  });

  it("leaves an upgrade that outlasts the budget running, with its task to follow", async () => {
    await using node = await openNode();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: OpenUpgrade = async (...given) => {
      const terminal = await node.openUpgrade(...given);
      const write = async (text: string): Promise<void> => {
        await held;
        await terminal?.write(text);
      };
      return (
        terminal && {
          node: terminal.node,
          upid: terminal.upid,
          write,
          [Symbol.asyncIterator]: () => terminal[Symbol.asyncIterator](),
        }
      );
    };

    const answer = await node.run({}, { openUpgrade: slow, waitBudget: 100_000 });

    expect(answer).toMatchObject({ task: "running", installed: false, upid: expect.stringContaining(":vncshell:") });
    expect(answer.notes?.join(" ")).toContain("The upgrade goes on in its terminal");
    expect(await pendingOn(node.client)).toHaveLength(3);
    release();
    await node.client.task(String(answer["upid"])).done();
    expect(await pendingOn(node.client)).toEqual([]);
  });
});
