import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contract } from "../src/generated/contract.gen.js";
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

/** A path parameter or value: names that exist, names that do not, and rubbish. */
const value = fc.oneof(fc.constantFrom(...odd), fc.string({ maxLength: 12, unit: "binary" }));

/** One request to an operation: some of its parameters, well formed or not, and sometimes an unknown one. */
function requestTo(route: string): fc.Arbitrary<{ method: string; path: string; form: [string, string][] }> {
  const [method = "", template = ""] = route.split(" ");
  const inPath = [...template.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
  const properties = Object.keys(contract.operations[route]?.parameters.properties ?? {});
  const others = properties.filter((name) => !inPath.includes(name)).map((name) => name.replace("[n]", "0"));
  const pathValue = fc.constantFrom("pve1", "100", "110", "200", "local", "local-lvm", "ghost", "root@pam", "0", "web");
  return fc
    .tuple(
      fc.array(pathValue, { minLength: inPath.length, maxLength: inPath.length }),
      fc.array(fc.tuple(fc.constantFrom(...others, "zz-unknown"), value), { maxLength: 6 }),
    )
    .map(([values, form]) => {
      let index = 0;
      const sample = (name: string): string => (name === "node" ? "pve1" : (values[index] ?? ""));
      const path = template.replace(/\{([^}]+)\}/g, (_all, name: string) => {
        const text = encodeURIComponent(sample(name));
        index += 1;
        return text;
      });
      return { method, path, form: form as [string, string][] };
    });
}

async function send(
  sim: Simulator,
  { method, path, form }: { method: string; path: string; form: [string, string][] },
): Promise<{ status: number; text: string }> {
  const params = new URLSearchParams(form);
  const hasBody = method === "POST" || method === "PUT";
  const query = hasBody || form.length === 0 ? "" : `?${params}`;
  const response = await sim.fetch(`/api2/json${path}${query}`, {
    method,
    headers: { authorization: `PVEAPIToken=${sim.credentials.token}` },
    ...(hasBody ? { body: params } : {}),
  });
  return { status: response.status, text: await response.text() };
}

describe("whatever is sent to whichever operation", () => {
  const routes = Object.keys(contract.operations).filter((route) => !route.endsWith("/upload"));

  it("is answered in PVE's words, never with a fault of the simulator's own", async () => {
    const faults: string[] = [];
    await using sim = createSimulator({ authDelay: 0 });
    for (const [index, route] of routes.entries()) {
      for (const request of fc.sample(requestTo(route), { numRuns: 8, seed: 20_261_121 + index })) {
        const { status, text } = await send(sim, request);
        if (text.includes("simulator fault") || status < 200 || status > 599) {
          faults.push(`${route} ${JSON.stringify(request.form)}: ${text.slice(0, 300)}`);
        }
      }
      // What was started must end without a fault as well.
      await sim.clock.advance(60_000);
    }
    const path = "/cluster/tasks";
    const tasks = JSON.parse((await send(sim, { method: "GET", path, form: [] })).text).data as { status?: string }[];
    const ends = tasks.map(({ status = "" }) => status);
    expect(ends.filter((end) => /Cannot read|is not (a function|iterable|defined)/.test(end))).toStrictEqual([]);
    expect(faults).toStrictEqual([]);
  }, 120_000);

  it("leaves a simulator that still answers", async () => {
    await using sim = createSimulator();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes).chain(requestTo), async (request) => {
        expect((await send(sim, request)).text).not.toContain("simulator fault");
      }),
      { numRuns: 300, seed: 42 },
    );
    expect((await send(sim, { method: "GET", path: "/version", form: [] })).status).toBe(200);
  }, 60_000);
});
