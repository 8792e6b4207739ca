import { createSimulator, type Simulator, type SimulatorOptions } from "../../src/index.js";

/** An answer as a client sees it, the body parsed. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly data: unknown;
  readonly errors: Readonly<Record<string, string>> | undefined;
}

/** How a task ended. */
export interface Ended {
  readonly upid: string;
  readonly exitstatus: string;
  readonly log: readonly string[];
}

/** A simulator and a caller with one of its tokens. */
export interface Caller {
  readonly sim: Simulator;
  get(path: string): Promise<Answer>;
  post(path: string, body?: Record<string, string | number>): Promise<Answer>;
  put(path: string, body?: Record<string, string | number>): Promise<Answer>;
  del(path: string): Promise<Answer>;
  /** Lets a task end (the answer must be its UPID) and reads how it ended. */
  done(answer: Answer): Promise<Ended>;
  /** The same simulator with another token. */
  as(token: "auditorToken" | "operatorToken" | "root"): Promise<Caller>;
}

/** Creates a simulator and calls it as root@pam's token. */
export function call(options?: SimulatorOptions): Caller {
  const sim = createSimulator(options);
  return caller(sim, { authorization: `PVEAPIToken=${sim.credentials.token}` });
}

function caller(sim: Simulator, headers: Record<string, string>): Caller {
  const send = async (method: string, path: string, body?: Record<string, string | number>): Promise<Answer> => {
    const form = body === undefined ? {} : { body: new URLSearchParams(stringly(body)) };
    const response = await sim.fetch(`${sim.baseUrl}/api2/json${path}`, { method, headers, ...form });
    const text = await response.text();
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    const { data, errors } = parsed as { data?: unknown; errors?: Record<string, string> };
    return { status: response.status, reason: response.statusText, data, errors };
  };
  const get = (path: string): Promise<Answer> => send("GET", path);
  return {
    sim,
    get,
    post: (path, body) => send("POST", path, body ?? {}),
    put: (path, body) => send("PUT", path, body ?? {}),
    del: (path) => send("DELETE", path),
    done: async (answer) => ended(sim, get, answer),
    as: async (who) => caller(sim, await headersOf(sim, who)),
  };
}

async function headersOf(
  sim: Simulator,
  who: "auditorToken" | "operatorToken" | "root",
): Promise<Record<string, string>> {
  if (who !== "root") {
    return { authorization: `PVEAPIToken=${sim.credentials[who]}` };
  }
  const { username, password } = sim.credentials;
  const body = new URLSearchParams({ username, password });
  const response = await sim.fetch(`${sim.baseUrl}/api2/json/access/ticket`, { method: "POST", body });
  const { data } = (await response.json()) as { data: { ticket: string; CSRFPreventionToken: string } };
  return { cookie: `PVEAuthCookie=${data.ticket}`, csrfpreventiontoken: data.CSRFPreventionToken };
}

async function ended(sim: Simulator, get: Caller["get"], answer: Answer): Promise<Ended> {
  const upid = String(answer.data);
  const node = /^UPID:([^:]+):/.exec(upid)?.[1];
  if (node === undefined) {
    throw new Error(
      `no task was started: ${answer.status} ${answer.reason} ${JSON.stringify(answer.errors ?? answer.data)}`,
    );
  }
  const path = `/nodes/${node}/tasks/${encodeURIComponent(upid)}`;
  for (let waited = 0; waited < 3600; waited += 1) {
    const { data } = await get(`${path}/status`);
    const status = data as { status: string; exitstatus: string };
    if (status.status === "stopped") {
      const log = (await get(`${path}/log?limit=0`)).data as { t: string }[];
      return { upid, exitstatus: status.exitstatus, log: log.map((line) => line.t) };
    }
    await sim.clock.sleep(1000);
  }
  throw new Error(`${upid} did not end within an hour`);
}

function stringly(body: Record<string, string | number>): Record<string, string> {
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, String(value)]));
}

/** The list that an answer carries. */
export function items(answer: Answer): Record<string, unknown>[] {
  return answer.data as Record<string, unknown>[];
}

/** The object that an answer carries. */
export function object(answer: Answer): Record<string, unknown> {
  return answer.data as Record<string, unknown>;
}

/** The ids of the members of the one pool that an answer carries. */
export function memberIds(answer: Answer): unknown[] {
  const [pool] = items(answer);
  return ((pool?.["members"] ?? []) as Record<string, unknown>[]).map((member) => member["id"]);
}
