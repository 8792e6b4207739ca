import { get } from "node:https";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as FormerClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as FormerTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Simulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { nodeCertificate } from "../../client/test/certificates.js";
import { hashToken, makeToken } from "../src/http/bearer-token.js";
import { rawRequest, serveHttp, speakHttp } from "./http-session.js";
import { outcomeOf } from "./session.js";

const tokens = { alice: makeToken(), bob: makeToken(), carol: makeToken() };

/** Alice may destroy, Bob may look, Carol goes with her own PVE token. */
function household({ credentials }: Simulator) {
  return {
    http: {
      callers: [
        { id: "alice", token: hashToken(tokens.alice), reach: "destroy" },
        { id: "bob", token: hashToken(tokens.bob) },
        { id: "carol", token: hashToken(tokens.carol), reach: "destroy", pve_tokens: { lab: "carol" } },
      ],
    },
    files: { "/etc/carol": `${credentials.auditorToken}\n` },
  };
}

const HELLO = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
};

function post(body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
  };
}

const asAlice = { authorization: `Bearer ${tokens.alice}` };

describe.each(["2025-11-25", "2026-07-28"] as const)("over HTTP in revision %s", (era) => {
  it("callers get what they may use, and the cluster sees whose token it is", async () => {
    await using session = await serveHttp(household);
    await using alice = await speakHttp(session.url, tokens.alice, era);
    await using bob = await speakHttp(session.url, tokens.bob, era);
    await using carol = await speakHttp(session.url, tokens.carol, era);

    expect(await alice.toolNames()).toContain("delete_vm");
    expect(await bob.toolNames()).not.toContain("start_vm");
    expect((await bob.callTool("get_nodes")).text).toContain("pve3");
    expect((await bob.callTool("start_vm", { vmid: 101 })).text).toMatch(/caller bob may not go further than read/);

    const refused = await carol.callTool("create_vm_snapshot", { vmid: 101, snap_name: "before" });
    expect(refused.text).toMatch(/VM\.Snapshot/);
    expect(await alice.callTool("create_vm_snapshot", { vmid: 101, snap_name: "before" })).toMatchObject({
      isError: false,
    });
  });

  it("progress arrives while the call is under way", async () => {
    await using session = await serveHttp(household);
    await using alice = await speakHttp(session.url, tokens.alice, era);
    const seen: unknown[] = [];
    const args = { source_vmid: 103, new_vmid: 1103, full: true };
    const cloned = await alice.mcp.callTool(
      { name: "clone_vm", arguments: args },
      { onprogress: (progress) => seen.push(progress) },
    );
    expect(outcomeOf(cloned)).toMatchObject({ isError: false, data: { exitstatus: "OK" } });
    expect(seen.length).toBeGreaterThan(0);
  });
});

describe("the HTTP server", () => {
  it("speaks with the client of the 1.x SDK", async () => {
    await using session = await serveHttp(household);
    const client = new FormerClient({ name: "former", version: "1" });
    await client.connect(new FormerTransport(new URL(session.url), { requestInit: { headers: asAlice } }));
    expect(outcomeOf(await client.callTool({ name: "get_nodes", arguments: {} })).text).toContain("pve1");
    await client.close();
  });

  it("lets anybody in where it is open, which is this machine alone", async () => {
    await using session = await serveHttp({ open: true });
    await using anybody = await speakHttp(session.url);
    expect((await anybody.callTool("get_nodes")).text).toContain("pve1");
  });

  const turnedAway: [title: string, path: string, init: RequestInit, status: number, says: RegExp][] = [
    ["nobody in particular", "/mcp", post(HELLO), 401, /bearer token is needed/],
    ["a token it does not know", "/mcp", post(HELLO, { authorization: `Bearer ${makeToken()}` }), 401, /not known/],
    ["a password", "/mcp", post(HELLO, { authorization: "Basic cm9vdDpyb290" }), 401, /no bearer token/],
    ["a token in the address", "/mcp?access_token=x", post(HELLO, asAlice), 400, /Authorization/],
    [
      "a page of another site",
      "/mcp",
      post(HELLO, { ...asAlice, origin: "https://evil.example" }),
      403,
      /http\.origins/,
    ],
    ["a page without an origin", "/mcp", post(HELLO, { ...asAlice, origin: "null" }), 403, /http\.origins/],
    ["another path", "/", post(HELLO, asAlice), 404, /\/mcp/],
    ["a form", "/mcp", post("a=b", { ...asAlice, "content-type": "text/plain" }), 415, /application\/json/],
    ["what is no JSON", "/mcp", post("{", asAlice), 400, /Parse error/],
    ["a long body", "/mcp", post({ ...HELLO, pad: "x".repeat(1024 * 1024) }, asAlice), 413, /body_limit/],
    ["a session", "/mcp", { headers: asAlice }, 405, /not allowed/i],
    ["a stranger who asks for figures", "/metrics", {}, 401, /bearer/],
  ];

  it("turns away, each for its own reason", async () => {
    await using session = await serveHttp(household);
    for (const [title, path, init, status, says] of turnedAway) {
      const answer = await session.get(path, init);
      expect([title, answer.status]).toEqual([title, status]);
      expect(await answer.text(), title).toMatch(says);
      if (status === 401) expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
    }
    expect(session.pve.requests()).toEqual([]);
  });

  it("answers to no name but its own, which stops pages whose name was bent to this machine", async () => {
    await using session = await serveHttp({ open: true });
    const { status } = await rawRequest(session.url, { host: "rebound.example" });
    expect(status).toBe(403);
    expect((await rawRequest(session.url, { host: "localhost" })).status).not.toBe(403);
  });

  it("lets pages in that the configuration names", async () => {
    await using session = await serveHttp({ open: true, origins: ["inspector.example"] });
    const origin = { origin: "https://inspector.example" };
    const asked = await session.get("/mcp", { method: "OPTIONS", headers: origin });
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-headers")).toContain("mcp-protocol-version");
    const answer = await session.get("/mcp", post(HELLO, origin));
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, origin.origin]);
  });

  it("holds each caller to a rate, and strangers to another", async () => {
    await using session = await serveHttp((pve) => ({
      ...household(pve),
      http: { ...household(pve).http, requests_per_minute: 20 },
    }));
    const statuses = async (headers: Record<string, string>, times: number) => {
      const answers = await Promise.all(Array.from({ length: times }, () => session.get("/mcp", post(HELLO, headers))));
      return answers.map(({ status }) => status).sort();
    };
    expect(await statuses(asAlice, 3)).toEqual([200, 200, 429]);
    expect(await statuses({ authorization: `Bearer ${tokens.bob}` }, 2)).toEqual([200, 200]);
    expect(await statuses({}, 13)).toEqual([...Array.from({ length: 12 }, () => 401), 429]);
    const limited = await session.get("/mcp", post(HELLO, asAlice));
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("counts each message of a batch, which is one request otherwise", async () => {
    await using session = await serveHttp((pve) => ({
      ...household(pve),
      http: { ...household(pve).http, requests_per_minute: 60 },
    }));
    const list = (id: number) => ({ jsonrpc: "2.0", id, method: "prompts/list" });
    const batch = await session.get(
      "/mcp",
      post(
        Array.from({ length: 40 }, (_, id) => list(id)),
        asAlice,
      ),
    );
    expect(batch.status).toBe(200);
    const next = await session.get("/mcp", post(list(1), asAlice));
    expect([next.status, Number(next.headers.get("retry-after")) > 30]).toEqual([429, true]);
    const bob = await session.get("/mcp", post(list(1), { authorization: `Bearer ${tokens.bob}` }));
    expect(bob.status).toBe(200);
  });

  it.each(["GET", "DELETE", "PUT", "TRACE"])("has nothing to answer to %s, which is no defect", async (method) => {
    await using session = await serveHttp(household);
    const { status, headers } = await rawRequest(session.url, asAlice, method);
    expect([status, headers.allow]).toEqual([405, "POST"]);
    expect(session.said()).not.toContain("error");
  });

  it("is alive, ready and countable, without a word about its callers or secrets", async () => {
    await using session = await serveHttp(household);
    await using alice = await speakHttp(session.url, tokens.alice);
    await alice.callTool("get_nodes");
    await alice.callTool("get_vm_status", { vmid: 4711 });
    expect((await session.get("/healthz")).status).toBe(200);
    expect((await session.get("/readyz")).status).toBe(200);
    const figures = await (await session.get("/metrics", { headers: asAlice })).text();
    expect(figures).toMatch(/^pve_mcp_tool_calls_total\{tool="get_nodes",outcome="done"\} 1$/m);
    expect(figures).toMatch(/^pve_mcp_tool_calls_total\{tool="get_vm_status",outcome="failed"\} 1$/m);
    expect(figures).toMatch(/^pve_mcp_pve_requests_total\{target="lab",outcome="200"\} \d+$/m);
    expect(figures).toMatch(/^pve_mcp_http_requests_total\{route="\/mcp",status="200"\} \d+$/m);
    expect(figures).toMatch(/^pve_mcp_http_request_duration_seconds_bucket\{route="\/mcp",le="\+Inf"\} \d+$/m);
    expect(figures).toMatch(/^pve_mcp_http_in_flight 1$/m);
    expect(figures).toMatch(/^process_cpu_seconds_total \d+\.?\d*$/m);
    const pveSecret = session.pve.credentials.token.split("=")[1] ?? "";
    for (const secret of [...Object.values(tokens), pveSecret, "alice"]) {
      expect(figures + session.said()).not.toContain(secret);
    }
  });

  it("is not ready while no cluster answers, and alive all the same", async () => {
    await using session = await serveHttp(household);
    session.pve.faults.add({ match: {}, kind: "reset-before" });
    expect((await session.get("/readyz")).status).toBe(503);
    expect((await session.get("/healthz")).status).toBe(200);
  });

  it("lets a call under way end before it goes", async () => {
    await using session = await serveHttp(household);
    await using alice = await speakHttp(session.url, tokens.alice);
    const started = new Promise<void>((resolve) => {
      void alice.mcp
        .callTool(
          { name: "clone_vm", arguments: { source_vmid: 103, new_vmid: 1203, full: true } },
          { onprogress: () => resolve() },
        )
        .then((result) => ended.push(outcomeOf(result).data["exitstatus"]));
    });
    const ended: unknown[] = [];
    await started;
    await session.stop();
    await expect(session.get("/healthz")).rejects.toThrow();
    expect(ended).toEqual(["OK"]);
  });

  it("speaks HTTPS with the certificate it is given", async () => {
    const files = { "/etc/node.pem": nodeCertificate.cert, "/etc/node.key": nodeCertificate.key };
    const http = { open: true, tls: { cert_file: "node.pem", key_file: "node.key" } };
    await using session = await serveHttp(() => ({ http, files }));
    expect(session.url).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      const asked = get(new URL("/healthz", session.url), { ca: nodeCertificate.cert }, (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode);
      });
      asked.once("error", reject);
    });
    expect(status).toBe(200);
  });
});

describe("approval over HTTP", () => {
  it("is not sought of an earlier client whose answer would have no way back, and nobody waits for it", async () => {
    await using session = await serveHttp(household);
    const mcp = new Client({ name: "test", version: "1" }, { capabilities: { elicitation: { form: {} } } });
    mcp.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { name: "103" } }));
    const headers = { authorization: `Bearer ${tokens.alice}` };
    await mcp.connect(new StreamableHTTPClientTransport(new URL(session.url), { requestInit: { headers } }));
    const refused = outcomeOf(await mcp.callTool({ name: "delete_vm", arguments: { vmid: 103 } }));
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("no form elicitation") });
    expect(session.pve.requests().filter(({ method }) => method !== "GET")).toEqual([]);
    await mcp.close();
  });
});
