import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashToken } from "../src/http/bearer-token.js";
import { type HttpSession, serveHttp, speakHttp } from "./http-session.js";

const TOKEN = "a-token-of-somebody-who-only-reads";

let session: HttpSession;
beforeAll(async () => {
  const callers = [{ id: "reader", token: hashToken(TOKEN), reach: "read" }];
  // One caller makes all the attempts, faster than people do.
  session = await serveHttp({ callers, requests_per_minute: 100_000 });
});
afterAll(() => session[Symbol.asyncDispose]());

describe.each(["2025-11-25", "2026-07-28"] as const)("a caller over HTTP who may only read, in revision %s", (era) => {
  const attempts: readonly (readonly [title: string, name: string, args: Record<string, unknown>])[] = [
    ["a tool", "start_vm", { vmid: 103 }],
    ["a tool that destroys", "delete_vm", { vmid: 103 }],
    ["an argument that claims more", "start_vm", { vmid: 103, reach: "destroy", caller: "local" }],
    ["an operation", "call", { name: "DELETE /nodes/{node}/qemu/{vmid}", arguments: { node: "pve2", vmid: 103 } }],
    ["a path", "call", { name: "POST /nodes/pve2/qemu/103/status/start" }],
    ["a path that begins like a read", "call", { name: "GET /nodes/../POST /nodes/pve2/qemu/103/status/start" }],
    ["a name with spaces around it", "call", { name: "  start_vm  ", arguments: { vmid: 103 } }],
    ["the target by name", "call", { name: "start_vm", arguments: { vmid: 103 }, target: "lab" }],
    ["the tool for reading", "read", { name: "start_vm", arguments: { vmid: 103 } }],
    ["a plan", "start_vm", { vmid: 103, plan: true }],
  ];

  it.each(attempts)("changes nothing by %s", async (_title, name, args) => {
    await using speaker = await speakHttp(session.url, TOKEN, era);
    expect(await speaker.callTool(name, args)).toMatchObject({ isError: true });
    expect(session.pve.requests().filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("still reads", async () => {
    await using speaker = await speakHttp(session.url, TOKEN, era);
    expect(await speaker.callTool("get_nodes")).toMatchObject({ isError: false });
  });
});
