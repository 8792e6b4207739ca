import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashToken, makeToken } from "../src/http/bearer-token.js";
import { speakHttp } from "./http-session.js";
import { type Cluster, type HttpProcess, startCluster, startHttpProcess } from "./spawned.js";

const token = makeToken();
const folder = mkdtempSync(path.join(tmpdir(), "pve-mcp-"));
let cluster: Cluster;
let processes: readonly HttpProcess[];

/** Sends one request here and the next there, as a balancer does that knows nothing of MCP. */
async function startBalancer(urls: readonly string[]) {
  const turns: string[] = [];
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const url = urls[turns.length % urls.length] ?? "";
    turns.push(url);
    const { method, headers } = incoming;
    const passed = request(url, { ...(method !== undefined && { method }), headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.once("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    turns,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

beforeAll(async () => {
  cluster = await startCluster();
  const { PVE_URL: url, PVE_TOKEN, PVE_FINGERPRINT: fingerprint } = cluster.env;
  const target = { name: "lab", url, token: PVE_TOKEN, fingerprint, allow: "destroy" };
  const callers = [{ id: "alice", token: hashToken(token), reach: "destroy" }];
  const config = path.join(folder, "pve-mcp.yaml");
  writeFileSync(config, JSON.stringify({ targets: [target], http: { callers } }));
  processes = await Promise.all([startHttpProcess(config), startHttpProcess(config)]);
});

afterAll(async () => {
  for (const { child } of processes) child.kill();
  await Promise.all(processes.map(({ ended }) => ended));
  await cluster[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe("two processes behind a balancer", () => {
  it.each(["2025-11-25", "2026-07-28"] as const)("serve one client together, in revision %s", async (era) => {
    await using balancer = await startBalancer(processes.map(({ url }) => url));
    await using alice = await speakHttp(balancer.url, token, era);
    const vmid = era === "2026-07-28" ? 2103 : 1103;
    expect(await alice.toolNames()).toContain("clone_vm");
    const clone = { source_vmid: 103, new_vmid: vmid, full: true };
    expect(await alice.callTool("clone_vm", clone)).toMatchObject({ isError: false });
    // The task was started through one process; any other can be asked about what it made.
    for (const _ of processes) {
      expect(await alice.callTool("get_vm_status", { vmid })).toMatchObject({ isError: false });
    }
    for (const { url } of processes) expect(balancer.turns.filter((turn) => turn === url).length).toBeGreaterThan(1);
  });

  it("go when they are told to, one after the other, and the client notices nothing", async () => {
    await using balancer = await startBalancer([processes[1]?.url ?? ""]);
    await using alice = await speakHttp(balancer.url, token);
    processes[0]?.child.kill("SIGTERM");
    expect(await processes[0]?.ended).toBe(0);
    expect(await alice.callTool("get_nodes")).toMatchObject({ isError: false });
  });
});
