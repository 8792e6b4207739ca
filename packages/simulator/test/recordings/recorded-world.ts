import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { seedAccess } from "../../src/access.js";
import { releases } from "../../src/contracts.js";
import type { Simulator } from "../../src/index.js";
import { planNode, plantFile } from "../../src/seeds/plans.js";
import type { Seed } from "../../src/seeds/seed.js";
import { planStorage } from "../../src/seeds/storages.js";
import { createSimulatorFrom } from "../../src/simulator.js";
import type { World } from "../../src/world.js";
import { newAreas } from "../../src/world-areas.js";
import { createRandom } from "../../src/world-random.js";
import { learn, renamed } from "../conformance/names.js";
import type { MatrixLine, RecordedShape, Step } from "./distil-recordings.js";

const origin = Date.UTC(2026, 10, 21, 1) / 1000;
/** The recordings show no passwords; all of them are this text. */
const password = "<password>";
const mebibyte = 1024 ** 2;

/** The node as it was before the first recorded request: one storage, a few files, nobody but root. */
const bareNode: Seed = {
  story: "The recorded node before anything was recorded.",
  origin,
  build(release) {
    const random = createRandom(815);
    const settings = { path: "/var/lib/vz" };
    const local = planStorage("local", "dir", ["iso", "vztmpl", "backup"], 252, settings);
    const world: World = {
      ...newAreas(release),
      entry: "pve",
      nodes: new Map(),
      guests: new Map(),
      storages: new Map([[local.storage, local]]),
      pools: new Map(),
      options: {},
      access: seedAccess({ users: [{ userid: "root@pam", password }] }),
      random,
    };
    const hardware = { ip: "10.99.0.1", bootedAt: origin - 5000, cores: 2, memory: 24, bridges: ["vmbr0"] };
    world.nodes.set("pve", planNode(random, { node: "pve", nodeid: 0, ...hardware }));
    plantFiles(world);
    const credentials = { token: "", auditorToken: "", operatorToken: "", username: "root@pam", password } as const;
    return { world, history: [], credentials };
  },
};

function plantFiles(world: World): void {
  const local = world.storages.get("local");
  const files = [
    { content: "vztmpl", name: "debian-13-standard_13.1-1_amd64.tar.zst", size: mebibyte },
    { content: "vztmpl", name: "alpine-3.22-default_20250617_amd64.tar.gz", size: mebibyte },
    { content: "iso", name: "debian-13.1.0-amd64-netinst.iso", size: mebibyte },
    { content: "iso", name: "virtio-win-0.1.266.iso", size: mebibyte },
    { content: "import", name: "appliance.qcow2", size: mebibyte },
    { content: "snippets", name: "hook.sh", size: 17 },
  ] as const;
  for (const file of files) {
    if (local) {
      plantFile(local, { ...file, node: "pve", ctime: origin });
    }
  }
}

/** Reads a fixture. */
export function readFixture(name: "flows"): Step[];
export function readFixture(name: "shapes"): RecordedShape[];
export function readFixture(name: "matrix"): MatrixLine[];
export function readFixture(name: string): unknown[] {
  const text = readFileSync(new URL(`fixtures/${name}.jsonl`, import.meta.url), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** What the simulator said. */
export interface Said {
  readonly status: number;
  readonly reason: string;
  readonly data: unknown;
  readonly errors: Readonly<Record<string, string>> | undefined;
}

/** The recorded world and its callers. */
export interface RecordedWorld {
  readonly sim: Simulator;
  readonly world: World;
  ask(as: string, method: string, url: string, body?: string, type?: string): Promise<Said>;
  /** Takes a recorded step, and lets the task that it starts come to its end. */
  take(step: Step): Promise<Said>;
}

/** Opens the bare node; the recorded `seed/*` flows build the world up from it. */
export function openRecordedWorld(): RecordedWorld {
  const seeded = bareNode.build(releases[0]);
  const { world } = seeded;
  const sim = createSimulatorFrom({ ...bareNode, build: () => seeded });
  const names = new Map<string, string>();
  const ask: RecordedWorld["ask"] = async (as, method, url, body, type = "application/x-www-form-urlencoded") => {
    const headers = new Headers(await credentials(sim, world, as));
    if (body !== undefined) {
      headers.set("content-type", type);
    }
    const init = { method, headers, ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }) };
    // Without an answer, `fetch` fails; the recordings call that status 0.
    const response = await sim.fetch(url.startsWith("/api2") ? url : `/api2/json${url}`, init).catch(() => undefined);
    return response ? said(response) : { status: 0, reason: "", data: null, errors: undefined };
  };
  const take = async (step: Step): Promise<Said> => {
    const [method = ""] = step.operation.split(" ");
    const body = step.body === undefined ? undefined : renamed(step.body, names);
    const answer = await ask(step.as, method, renamed(step.url, names), body, step.type);
    learn(step.name ?? "", String(answer.data), names);
    const digest = /"digest":"([0-9a-f]{40})"/.exec(JSON.stringify(answer.data ?? null))?.[1];
    if (step.digest !== undefined && digest !== undefined) {
      names.set(step.digest, digest);
    }
    if (/^UPID:/.test(String(answer.data))) {
      await untilStopped(sim, ask, String(answer.data));
    }
    await sim.clock.advance(1000);
    return answer;
  };
  return { sim, world, ask, take };
}

async function untilStopped(sim: Simulator, ask: RecordedWorld["ask"], upid: string): Promise<void> {
  const url = `/nodes/pve/tasks/${encodeURIComponent(upid)}/status`;
  for (let waited = 0; waited < 60; waited += 1) {
    const { data } = await ask("root", "GET", url);
    if ((data as { status?: string } | null)?.status !== "running") {
      return;
    }
    await sim.clock.advance(5000);
  }
}

async function said(response: Response): Promise<Said> {
  const text = await response.text();
  const reason = Buffer.from(response.statusText, "latin1").toString("utf8");
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  const { data, errors } = (isJson ? JSON.parse(text) : { data: text }) as Partial<Said>;
  return { status: response.status, reason, data, errors };
}

/** Who the recordings' callers are: accounts with a password, or tokens. */
const callers: Readonly<Record<string, string>> = {
  root: "root@pam",
  "root-token": "root@pam!rec",
  admin: "admin@pve",
  auditor: "auditor@pve",
  operator: "operator@pve",
  "privsep-token": "admin@pve!sep",
  nobody: "nobody@pve",
};

async function credentials(sim: Simulator, world: World, as: string): Promise<Record<string, string>> {
  const [username = "", tokenid] = (callers[as] ?? "").split("!");
  if (username === "") {
    return {};
  }
  if (tokenid !== undefined) {
    const secret = world.access.users.get(username)?.tokens.get(tokenid)?.secret ?? "none";
    return { authorization: `PVEAPIToken=${username}!${tokenid}=${secret}` };
  }
  const body = new URLSearchParams({ username, password: world.access.users.get(username)?.password ?? "" });
  const answer = await said(await sim.fetch("/api2/json/access/ticket", { method: "POST", body }));
  const { ticket = "", CSRFPreventionToken: csrf = "" } = (answer.data ?? {}) as Record<string, string>;
  return { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`, csrfpreventiontoken: csrf };
}
