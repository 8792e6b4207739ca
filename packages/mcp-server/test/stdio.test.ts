import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client as FormerClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as FormerTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcomeOf, type ProgressSeen } from "./session.js";
import { type Cluster, runServer, serverProcess, startCluster } from "./spawned.js";

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(() => cluster[Symbol.asyncDispose]());

/** What the tests do with a client, whichever generation it is of. */
interface Speaker {
  readonly names: readonly string[];
  call(
    name: string,
    args: Record<string, unknown>,
    onprogress?: (seen: ProgressSeen) => void,
  ): Promise<ReturnType<typeof outcomeOf>>;
  close(): Promise<{ readonly stderr: string }>;
}

async function former(): Promise<Speaker> {
  const transport = new FormerTransport(serverProcess(cluster.env, "--allow", "destroy", "--toolsets", "all"));
  const stderr = collect(transport.stderr);
  const client = new FormerClient({ name: "former", version: "1" });
  await client.connect(transport);
  const { tools } = await client.listTools();
  return {
    names: tools.map((tool) => tool.name),
    call: async (name, args, onprogress) =>
      outcomeOf(
        await client.callTool({ name, arguments: args }, undefined, onprogress === undefined ? {} : { onprogress }),
      ),
    close: async () => {
      await client.close();
      return { stderr: stderr() };
    },
  };
}

async function modern(mode: "legacy" | { pin: string }): Promise<Speaker> {
  const transport = new ModernTransport(serverProcess(cluster.env, "--allow", "destroy", "--toolsets", "all"));
  const stderr = collect(transport.stderr);
  const client = new ModernClient({ name: "modern", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(transport);
  const { tools } = await client.listTools();
  return {
    names: tools.map((tool) => tool.name),
    call: async (name, args, onprogress) =>
      outcomeOf(await client.callTool({ name, arguments: args }, onprogress === undefined ? {} : { onprogress })),
    close: async () => {
      await client.close();
      return { stderr: stderr() };
    },
  };
}

function collect(stream: { on(event: "data", listener: (chunk: unknown) => void): unknown } | null): () => string {
  let text = "";
  stream?.on("data", (chunk) => {
    text += String(chunk);
  });
  return () => text;
}

describe.each([
  ["@modelcontextprotocol/sdk 1.x", 103, former],
  ["@modelcontextprotocol/client 2.x in revision 2025-11-25", 101, () => modern("legacy")],
  ["@modelcontextprotocol/client 2.x in revision 2026-07-28", 102, () => modern({ pin: "2026-07-28" })],
] as const)("%s", (_title, vmid, speak) => {
  it("lists, reads, changes with progress and hears why a task failed", async () => {
    const speaker = await speak();
    expect(speaker.names).toContain("delete_vm");
    const nodes = await speaker.call("get_nodes", {});
    expect(nodes.text).toContain("pve3");

    const seen: ProgressSeen[] = [];
    const args = { source_vmid: vmid, new_vmid: vmid + 1000, full: true };
    const cloned = await speaker.call("clone_vm", args, (progress) => seen.push(progress));
    expect(cloned).toMatchObject({ isError: false, data: { exitstatus: "OK" } });
    expect(seen.length).toBeGreaterThan(0);

    const failed = await speaker.call("start_vm", { vmid: 104 });
    expect(failed.isError).toBe(true);
    expect(failed.text).toContain("ubuntu-24.04.1-live-server-amd64.iso");

    const { stderr } = await speaker.close();
    expect(stderr).not.toContain(cluster.secret);
    expect(JSON.stringify([nodes, cloned, failed, seen])).not.toContain(cluster.secret);
  });
});

const HELLO = [
  {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
  },
  { jsonrpc: "2.0", method: "notifications/initialized" },
];

function callOf(id: number, name: string, args: object = {}): object {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } };
}

describe("the process", () => {
  it("writes nothing to stdout but JSON-RPC, and ends by itself when stdin closes", async () => {
    const messages = [
      ...HELLO,
      { jsonrpc: "2.0", id: 2, method: "tools/list" },
      callOf(3, "get_nodes"),
      callOf(4, "start_vm", { vmid: 104 }),
    ];
    const { code, stdout, stderr } = await runServer(cluster.env, ["--allow", "change"], messages);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.every((line) => line.jsonrpc === "2.0")).toBe(true);
    expect(lines.map((line) => line.id).sort()).toEqual([1, 2, 3, 4]);
    expect(code).toBe(0);
    expect(stderr).toContain(cluster.env.PVE_URL);
    expect(stdout + stderr).not.toContain(cluster.secret);
  });

  it("asks nothing of the cluster at start", async () => {
    const env = { ...cluster.env, PVE_URL: "https://127.0.0.1:1" };
    const { code, stdout } = await runServer(env, [], [...HELLO, { jsonrpc: "2.0", id: 2, method: "tools/list" }]);
    expect(stdout).toContain("get_nodes");
    expect(code).toBe(0);
  });

  const unreachable: [title: string, env: () => Record<string, string>, want: RegExp][] = [
    ["where nothing listens", () => ({ ...cluster.env, PVE_URL: "https://127.0.0.1:1" }), /refused[\s\S]*PVE_URL/],
    [
      "whose certificate is not the pinned one",
      () => ({ ...cluster.env, PVE_FINGERPRINT: "00:".repeat(31).concat("00") }),
      /pinned[\s\S]*PVE_FINGERPRINT/,
    ],
    [
      "whose certificate nobody vouches for",
      () => ({ PVE_URL: cluster.env.PVE_URL, PVE_TOKEN: cluster.env.PVE_TOKEN }),
      /certificate[\s\S]*PVE_FINGERPRINT/,
    ],
  ];

  it.each(unreachable)("tells what to check about a node %s", async (_title, env, want) => {
    const { stdout, stderr } = await runServer(env(), [], [...HELLO, callOf(2, "get_nodes")]);
    const answer = stdout.split("\n").find((line) => line.includes('"id":2')) ?? "{}";
    expect(JSON.parse(answer).result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(want) }],
    });
    expect(stdout + stderr).not.toContain(cluster.secret);
  });

  it("accepts any certificate when told to, and says so", async () => {
    const env = { PVE_URL: cluster.env.PVE_URL, PVE_TOKEN: cluster.env.PVE_TOKEN, PVE_INSECURE: "1" };
    const { stdout, stderr } = await runServer(env, [], [...HELLO, callOf(2, "get_nodes")]);
    expect(stdout).toContain("pve1");
    expect(stderr).toContain("warning: PVE_INSECURE=1");
  });
});

describe("bad settings", () => {
  it("end the process with status 2 and every problem on stderr", async () => {
    const { code, stdout, stderr } = await runServer({ PVE_FINGERPRINT: "AA:BB" }, ["--allow", "all", "--fast"]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    for (const name of ["PVE_URL", "PVE_TOKEN", "PVE_FINGERPRINT", "--allow", "--fast", "--help"])
      expect(stderr).toContain(name);
  });

  it("are told without the token", async () => {
    const { code, stderr } = await runServer({ PVE_URL: "pve1", PVE_TOKEN: `root@pam=${cluster.secret}` }, []);
    expect(code).toBe(2);
    expect(stderr).not.toContain(cluster.secret);
  });
});

describe("--help and --version", () => {
  it("print and end well", async () => {
    const [help, version] = await Promise.all([runServer({}, ["--help"]), runServer({}, ["--version"])]);
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("PVE_FINGERPRINT"), stderr: "" });
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: "" });
  });
});
