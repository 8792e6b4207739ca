import { request } from "node:https";
import { describe, expect, it } from "vitest";
import type { Fault, Simulator } from "../src/index.js";
import { openSession } from "./session.js";

interface Seen {
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly type?: string | null | undefined;
  readonly text?: string;
  /** `code` of what the connection ended with. */
  readonly error?: unknown;
}

type Door = (sim: Simulator, method: string, path: string) => Promise<Seen>;

const inProcess: Door = async (sim, method, path) => {
  try {
    const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
    const response = await sim.fetch(`/api2/json${path}`, { method, headers });
    const { status, statusText: reason } = response;
    const seen = { status, reason, type: response.headers.get("content-type") };
    return await response.text().then(
      (text) => ({ ...seen, text }),
      (error) => ({ ...seen, error: error.cause.code }),
    );
  } catch (error) {
    return { error: ((error as Error).cause as { code: string }).code };
  }
};

const overHttps: Door = async (sim, method, path) => {
  const { url, certificate } = await sim.listen();
  return new Promise((resolve) => {
    const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
    const options = { method, headers, ca: certificate, agent: false };
    let seen: Seen = {};
    const sent = request(`${url}/api2/json${path}`, options, (response) => {
      const { statusCode: status, statusMessage: reason, headers: received } = response;
      seen = { status, reason, type: received["content-type"] };
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ ...seen, text }));
      response.on("error", (error: NodeJS.ErrnoException) => resolve({ ...seen, error: error.code }));
    });
    // From Node 24 on, the request hears of what befalls its answer as well, and first.
    sent.on("error", (error: NodeJS.ErrnoException) => resolve({ ...seen, error: error.code }));
    sent.end();
  });
};

/** The comment of a pool that the tests change, to see whether a request was executed. */
async function comment(sim: Simulator): Promise<unknown> {
  const { text = "" } = await inProcess(sim, "GET", "/pools?poolid=prod");
  return JSON.parse(text).data[0].comment;
}

const change = ["PUT", "/pools?poolid=prod&comment=changed"] as const;
const onChange = { method: "PUT" } as const;

describe.each([
  ["in process", inProcess],
  ["over HTTPS", overHttps],
])("a fault %s", (_title, ask) => {
  const refusals: readonly [string, Fault, Seen, "executed" | "not executed"][] = [
    ["reset-before", { kind: "reset-before", match: onChange }, { error: "ECONNRESET" }, "not executed"],
    ["lost-answer", { kind: "lost-answer", match: onChange }, { error: "ECONNRESET" }, "executed"],
    [
      "reset-during-body",
      { kind: "reset-during-body", match: onChange },
      { status: 200, error: "ECONNRESET" },
      "executed",
    ],
    ["truncate", { kind: "truncate", match: onChange }, { status: 200, text: '{"data' }, "executed"],
    [
      "status 595",
      { kind: "status", status: 595, match: onChange },
      { status: 595, reason: "No route to host", text: "" },
      "not executed",
    ],
    [
      "status 596 after execution",
      { kind: "status", status: 596, reason: "Connection timed out", executed: true, match: onChange },
      { status: 596, reason: "Connection timed out", text: "" },
      "executed",
    ],
    [
      "unauthorized",
      { kind: "unauthorized", match: onChange },
      { status: 401, reason: "Authentication failed!", text: "" },
      "not executed",
    ],
  ];

  it.each(refusals)("of kind %s ends the request as it says", async (_kind, fault, want, effect) => {
    const { sim } = openSession({ faults: [fault] });
    const before = await comment(sim);
    expect(await ask(sim, ...change)).toMatchObject(want);
    expect(await comment(sim)).toBe(effect === "executed" ? "changed" : before);
  });

  it("of kind html answers with a proxy's page", async () => {
    const { sim } = openSession({ faults: [{ kind: "html" }] });
    const { status, reason, type, text } = await ask(sim, "GET", "/version");
    expect({ status, reason, type }).toStrictEqual({ status: 502, reason: "Bad Gateway", type: "text/html" });
    expect(text).toContain("<h1>502 Bad Gateway</h1>");
  });

  it("of kind latency moves the simulator's clock", async () => {
    const { sim } = openSession({ faults: [{ kind: "latency", ms: 60_000, match: { path: "/version" } }] });
    const start = sim.clock.now();
    await ask(sim, "GET", "/access/roles");
    expect(sim.clock.now() - start).toBeLessThan(1000);
    expect(await ask(sim, "GET", "/version")).toMatchObject({ status: 200 });
    expect(sim.clock.now() - start).toBeGreaterThanOrEqual(60_000);
  });

  it("of kind reset-after-body leaves the answer whole", async () => {
    const { sim } = openSession({ faults: [{ kind: "reset-after-body" }] });
    expect(await ask(sim, "GET", "/version")).toMatchObject({ status: 200, text: expect.stringMatching(/\}\}$/) });
  });

  it("starts after so many requests and stops after so many", async () => {
    const { sim } = openSession();
    const fault = sim.faults.add({ kind: "status", status: 599, match: { path: /^\/version$/, after: 1, times: 2 } });
    const statuses: unknown[] = [];
    for (let count = 0; count < 5; count += 1) {
      statuses.push((await ask(sim, "GET", "/version")).status);
    }
    expect(statuses).toStrictEqual([200, 599, 599, 200, 200]);
    expect(fault.hits()).toBe(2);
  });

  it("matches by route, whatever the path's parameters are", async () => {
    const { sim } = openSession();
    sim.faults.add({ kind: "status", status: 596, match: { route: "GET /nodes/{node}/status" } });
    expect((await ask(sim, "GET", "/nodes/pve1/status")).status).toBe(596);
    expect((await ask(sim, "GET", "/nodes/pve2/status")).status).toBe(596);
    expect((await ask(sim, "GET", "/nodes/pve1/version")).status).not.toBe(596);
    sim.faults.clear();
    expect((await ask(sim, "GET", "/nodes/pve1/status")).status).toBe(200);
  });
});

describe("a node that goes offline", () => {
  it("answers 595 through the others until the fault is taken away", async () => {
    const { sim, send } = openSession();
    const fault = sim.faults.add({ kind: "node-offline", node: "pve2" });
    expect(await send("GET", "/nodes/pve2/status")).toMatchObject({
      status: 595,
      reason: "No route to host",
      text: "",
    });
    const nodes = (await send("GET", "/nodes")).json.data as { node: string; status: string }[];
    expect(nodes.find(({ node }) => node === "pve2")?.status).toBe("offline");
    fault.remove();
    expect((await send("GET", "/nodes/pve2/status")).status).toBe(200);
  });

  it("may go in the middle of something and come back by itself", async () => {
    const { sim, send } = openSession();
    sim.faults.add({ kind: "node-offline", node: "pve2", match: { path: "/nodes/pve2/status", after: 1, times: 2 } });
    const statuses: unknown[] = [];
    for (let count = 0; count < 4; count += 1) {
      statuses.push((await send("GET", "/nodes/pve2/status")).status);
    }
    expect(statuses).toStrictEqual([200, 595, 595, 200]);
  });

  it.each([
    [{ kind: "node-offline", node: "ghost" }, /there is no node 'ghost'; there are: pve1, pve2, pve3/],
    [{ kind: "node-offline", node: "pve1" }, /'pve1' is the node that answers here/],
    [{ kind: "status", status: 42 }, /a status is a whole number from 200 to 599, not 42/],
    [{ kind: "latency", ms: -1 }, /a latency is a number of milliseconds, not -1/],
  ] as const)("cannot be asked for what cannot happen: %o", (fault, problem) => {
    expect(() => openSession().sim.faults.add(fault)).toThrow(problem);
  });
});

describe("a task under a fault", () => {
  async function status(send: ReturnType<typeof openSession>["send"], upid: unknown): Promise<Record<string, unknown>> {
    const path = `/nodes/pve1/tasks/${encodeURIComponent(String(upid))}/status`;
    return (await send("GET", path)).json.data as Record<string, unknown>;
  }

  const start = "/nodes/pve1/qemu/100/clone";

  it("fails with the text that was asked for, and cleans up", async () => {
    const { sim, send } = openSession();
    sim.faults.add({
      kind: "task-fails",
      exitstatus: "no space left on device",
      match: { route: "POST /nodes/{node}/qemu/{vmid}/clone" },
    });
    const { data } = (await send("POST", start, { form: { newid: "900", full: "1" } })).json;
    await sim.clock.advance(3_600_000);
    expect(await status(send, data)).toMatchObject({ status: "stopped", exitstatus: "no space left on device" });
    expect(sim.guest(900)).toBeUndefined();
    expect(sim.guest(100)?.lock).toBeUndefined();
  });

  it("never ends, holds its locks, and lets go when it is stopped", async () => {
    const { sim, send } = openSession({ faults: [{ kind: "task-never-ends" }] });
    const { data } = (await send("POST", start, { form: { newid: "900", full: "1" } })).json;
    await sim.clock.advance(48 * 3_600_000);
    expect(await status(send, data)).toMatchObject({ status: "running" });
    expect(sim.guest(900)?.lock).toBe("clone");
    await send("DELETE", `/nodes/pve1/tasks/${encodeURIComponent(String(data))}`);
    expect(await status(send, data)).toMatchObject({ status: "stopped", exitstatus: "received interrupt" });
    expect(sim.guest(900)).toBeUndefined();
  });
});
