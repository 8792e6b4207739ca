import type { Contract, Schema } from "../../src/contract.js";
import { createSimulator, type Simulator } from "../../src/index.js";
import { createRouter, type Router } from "../../src/route.js";
import { takeFlows } from "../recordings/flows.js";
import { readFixture } from "../recordings/recorded-world.js";
import { type Story, stories } from "./stories.js";

/** How far the runs got with one operation. */
export type Reach = "answered" | "refused" | "checked only";

type Note = (route: string, status: number, reason: string) => void;

/** Runs everything that is at hand against simulators, and notes for each operation the furthest it got. */
export async function reachOfOperations(contract: Contract): Promise<ReadonlyMap<string, Reach>> {
  const reach = new Map<string, Reach>();
  const note: Note = (route, status, reason) => {
    const now = status === 200 ? "answered" : status === 501 && reason === "not simulated" ? "checked only" : "refused";
    const rank: readonly (Reach | undefined)[] = [undefined, "refused", "checked only", "answered"];
    if (route in contract.operations && rank.indexOf(now) > rank.indexOf(reach.get(route))) {
      reach.set(route, now);
    }
  };
  const { recorded } = await takeFlows(readFixture("flows"), ({ operation }, { status, reason }) => {
    note(operation, status, reason);
  });
  for (const { operation, urls } of readFixture("shapes")) {
    for (const url of urls) {
      const said = await recorded.ask("root", "GET", url);
      note(operation, said.status, said.reason);
    }
  }
  await recorded.sim.close();
  for (const story of stories) {
    await tell(story, createRouter(contract), note);
  }
  await sweep(contract, reach, note);
  return reach;
}

/** Goes through a story as root; whatever it starts has ended before the next step. */
async function tell({ steps, ...options }: Story, router: Router, note: Note): Promise<void> {
  await using sim = createSimulator(options);
  const headers = await logIn(sim);
  for (const [request, body] of steps) {
    const [method = "", target = ""] = request.split(" ");
    const hasBody = method === "POST" || method === "PUT";
    const init = {
      method,
      headers,
      ...(hasBody
        ? {
            body: new URLSearchParams(
              Object.entries(body ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
            ),
          }
        : {}),
    };
    const answer = await sim.fetch(`/api2/json${target}`, init);
    const route = router(method, decodeURIComponent(target.split("?")[0] ?? ""));
    note(route?.id ?? "", answer.status, answer.statusText);
    await sim.clock.advance(60_000);
  }
}

/** Asks what the recordings left open, with the least that each operation requires. */
async function sweep(contract: Contract, reach: ReadonlyMap<string, Reach>, note: Note): Promise<void> {
  const router = createRouter(contract);
  for (const [route, operation] of Object.entries(contract.operations)) {
    if (reach.get(route) === "answered" || reach.get(route) === "checked only") {
      continue;
    }
    await using sim = createSimulator();
    const headers = await logIn(sim);
    const [method = "", template = ""] = route.split(" ");
    const { properties } = operation.parameters;
    const path = template.replace(/\{([^}]+)\}/g, (_all, name: string) =>
      encodeURIComponent(sample(name, properties[name])),
    );
    const inPath = new Set([...template.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]));
    const needed = Object.entries(properties).filter(([name, { optional }]) => !optional && !inPath.has(name));
    const params = new URLSearchParams(
      Object.fromEntries(needed.map(([name, schema]) => [name, sample(name, schema)])),
    );
    const hasBody = method === "POST" || method === "PUT";
    const target = `/api2/json${path}${hasBody || needed.length === 0 ? "" : `?${params}`}`;
    const answer = await sim
      .fetch(target, { method, headers, ...(hasBody ? { body: params } : {}) })
      .catch(() => undefined);
    if (answer && router(method, decodeURIComponent(path))?.id === route) {
      note(route, answer.status, answer.statusText);
    }
  }
}

async function logIn(sim: Simulator): Promise<Record<string, string>> {
  const { username, password } = sim.credentials;
  const body = new URLSearchParams({ username, password });
  const answer = await sim.fetch("/api2/json/access/ticket", { method: "POST", body });
  const { data } = (await answer.json()) as { data: { ticket: string; CSRFPreventionToken: string } };
  return { cookie: `PVEAuthCookie=${encodeURIComponent(data.ticket)}`, csrfpreventiontoken: data.CSRFPreventionToken };
}

/** Things that the seed `three-nodes` has. */
const things: Readonly<Record<string, string>> = {
  node: "pve1",
  vmid: "100",
  storage: "local",
  poolid: "prod",
  userid: "auditor@pve",
  groupid: "operators",
  realm: "pve",
  target: "pve2",
  service: "pveproxy",
  iface: "vmbr0",
  schedule: "daily",
  password: "a-password",
  command: "info",
};

function sample(name: string, schema: Schema | undefined): string {
  const known = things[name];
  if (known !== undefined) {
    return known;
  }
  if (schema?.enum?.[0] !== undefined) {
    return schema.enum[0];
  }
  if (schema?.type === "integer" || schema?.type === "number") {
    return String(schema.minimum ?? 1);
  }
  return schema?.type === "boolean" ? "1" : "sample";
}
