import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Schema } from "../src/contract.js";
import { contractOf, type Release, releases } from "../src/contracts.js";
import { createSimulator, type Simulator } from "../src/index.js";

const odd = [
  "",
  "0",
  "1",
  "-1",
  "abc",
  "pve1",
  "100",
  "local",
  "a,b",
  "x=y",
  "\u00e4\n",
  "%2F",
  "99999999999",
  "root@pam",
];

/** Names that exist, names that do not, and rubbish. */
const anything: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom(...odd), fc.string({ maxLength: 12, unit: "binary" }));
/** What only a JSON body can say. */
const structured: fc.Arbitrary<unknown> = fc.oneof(fc.boolean(), fc.integer(), fc.array(anything, { maxLength: 3 }));

/** Values that a schema lets pass more often than not. */
function fitting({ enum: words, type, minimum = 0, maximum = minimum + 100 }: Schema): fc.Arbitrary<unknown> {
  if (words !== undefined && words.length > 0) {
    return fc.constantFrom(...words);
  }
  if (type === "boolean") {
    return fc.constantFrom("0", "1");
  }
  return type === "integer" || type === "number"
    ? fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) }).map(String)
    : anything;
}

interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly params: readonly (readonly [string, unknown])[];
  readonly as: "form" | "json";
}

const pathValues = ["pve1", "100", "110", "200", "local", "local-lvm", "ghost", "root@pam", "0", "web"];

/** One request to an operation: some of its parameters, well formed or not, and sometimes an unknown one. */
function requestTo(route: string, release: Release, as: FuzzRequest["as"]): fc.Arbitrary<FuzzRequest> {
  const [method = "", template = ""] = route.split(" ");
  const inPath = [...template.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
  const properties = contractOf(release).operations[route]?.parameters.properties ?? {};
  const others = Object.entries(properties).filter(([name]) => !inPath.includes(name));
  const given = fc.constantFrom(...others, ["zz-unknown", {}] as const).chain(([name, schema]) => {
    const plain = fc.oneof(fitting(schema), fitting(schema), anything);
    const value = as === "json" ? fc.oneof(plain, plain, structured) : plain;
    return value.map((each) => [name.replace("[n]", "0"), each] as const);
  });
  // Half of the requests bring everything that is required: only these come past the verification.
  const required = fc.tuple(
    ...others
      .filter(([name, schema]) => !schema.optional && !name.endsWith("[n]"))
      .map(([name, schema]) => fitting(schema).map((each) => [name, each] as const)),
  );
  return fc
    .tuple(
      fc.array(fc.constantFrom(...pathValues), { minLength: inPath.length, maxLength: inPath.length }),
      fc.oneof(required, fc.constant([])),
      fc.array(given, { maxLength: 4 }),
    )
    .map(([values, needed, more]) => {
      const names = new Map(inPath.map((name, index) => [name, name === "node" ? "pve1" : (values[index] ?? "")]));
      const path = template.replace(/\{([^}]+)\}/g, (_all, name: string) => encodeURIComponent(names.get(name) ?? ""));
      return { method, path, params: [...needed, ...more], as };
    });
}

async function send(
  sim: Simulator,
  { method, path, params, as }: FuzzRequest,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; text: string }> {
  const form = new URLSearchParams(params.map(([name, value]): [string, string] => [name, String(value)]));
  const isJson = as === "json";
  const hasBody = method === "POST" || method === "PUT";
  const query = hasBody || params.length === 0 ? "" : `?${form}`;
  const body = isJson ? JSON.stringify(Object.fromEntries(params)) : form.toString();
  const type = isJson ? "application/json" : "application/x-www-form-urlencoded";
  const response = await sim.fetch(`/api2/${isJson ? "extjs" : "json"}${path}${query}`, {
    method,
    headers: { ...headers, ...(hasBody ? { "content-type": type } : {}) },
    ...(hasBody ? { body } : {}),
  });
  return { status: response.status, text: await response.text() };
}

/** root@pam's own ticket opens what its tokens do not. */
async function rootHeaders(sim: Simulator): Promise<Record<string, string>> {
  const { username, password } = sim.credentials;
  const body = new URLSearchParams({ username, password });
  const response = await sim.fetch("/api2/json/access/ticket", { method: "POST", body });
  const { data } = (await response.json()) as { data: { ticket: string; CSRFPreventionToken: string } };
  return { cookie: `PVEAuthCookie=${data.ticket}`, csrfpreventiontoken: data.CSRFPreventionToken };
}

const routesOf = (release: Release): string[] =>
  Object.keys(contractOf(release).operations).filter((route) => !route.endsWith("/upload"));

/** Sends every operation a few requests, and answers what the simulator is to blame for. */
async function faultsOf(release: Release, as: FuzzRequest["as"], runs: number): Promise<string[]> {
  const faults: string[] = [];
  await using sim = createSimulator({ authDelay: 0, release });
  for (const [index, route] of routesOf(release).entries()) {
    // Requests may change root's password or take its second factor: whoever asks, asks afresh.
    const headers =
      index % 2 === 0 ? { authorization: `PVEAPIToken=${sim.credentials.token}` } : await rootHeaders(sim);
    for (const request of fc.sample(requestTo(route, release, as), { numRuns: runs, seed: 20_261_121 + index })) {
      const { status, text } = await send(sim, request, headers);
      if (text.includes("simulator fault") || status < 200 || status > 599) {
        faults.push(`${route} ${JSON.stringify(request.params)}: ${text.slice(0, 300)}`);
      }
    }
    // What was started must end without a fault as well.
    await sim.clock.advance(60_000);
  }
  const ends = await taskEnds(sim);
  return [...faults, ...ends.filter((end) => /Cannot read|is not (a function|iterable|defined)/.test(end))];
}

async function taskEnds(sim: Simulator): Promise<string[]> {
  const request = { method: "GET", path: "/cluster/tasks", params: [], as: "form" } as const;
  const { text } = await send(sim, request, { authorization: `PVEAPIToken=${sim.credentials.token}` });
  const tasks = (JSON.parse(text) as { data: { status?: string }[] | null }).data ?? [];
  return tasks.map(({ status = "" }) => status);
}

describe("whatever is sent to whichever operation", () => {
  it.each(["form", "json"] as const)(
    "as a %s body is answered in PVE's words, never with a fault of the simulator's own",
    async (as) => {
      expect(await faultsOf(releases[0], as, 8)).toStrictEqual([]);
    },
    120_000,
  );

  it.each(releases.slice(1))(
    "is answered so by release %s as well",
    async (release) => {
      expect(await faultsOf(release, "form", 2)).toStrictEqual([]);
    },
    60_000,
  );

  it("leaves a simulator that still answers", async () => {
    await using sim = createSimulator();
    const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
    const request = fc.constantFrom(...routesOf(releases[0])).chain((route) => requestTo(route, releases[0], "form"));
    await fc.assert(
      fc.asyncProperty(request, async (each) => {
        expect((await send(sim, each, headers)).text).not.toContain("simulator fault");
      }),
      { numRuns: 300, seed: 42 },
    );
    expect((await send(sim, { method: "GET", path: "/version", params: [], as: "form" }, headers)).status).toBe(200);
  }, 60_000);
});
