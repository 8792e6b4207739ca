import { readFileSync } from "node:fs";
import { createClient, type OperationId, type PveClient, PveParameterError, type TransportInit } from "@pve/client";
import { describe, expect, it } from "vitest";

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly minLength?: number;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<
        string,
        {
          readonly schema: {
            readonly properties?: Readonly<Record<string, Schema>>;
            readonly required?: readonly string[];
          };
        }
      >
    >;
  };
}

const spec = readFileSync(new URL("../../../specs/proxmox-api-spec.json", import.meta.url), "utf8");
const { paths } = JSON.parse(spec) as { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
const operations = Object.entries(paths).flatMap(([path, verbs]) =>
  Object.entries(verbs)
    .filter(([verb]) => ["get", "post", "put", "delete"].includes(verb))
    .map(([verb, operation]) => ({ route: `${verb.toUpperCase()} ${path}`, verb, path, operation })),
);

/** A client whose requests end here, and what they were. */
function recorded(): { readonly pve: PveClient; readonly sent: string[] } {
  const sent: string[] = [];
  const transport = async (url: string, { method }: TransportInit) => {
    sent.push(`${method} ${new URL(url).pathname.replace("/api2/json", "")}`);
    return new Response("nothing", { status: 200, headers: { "content-type": "text/plain" } });
  };
  const auth = { username: "root@pam", ticket: "PVE:root@pam:66F00000::c2ln", csrfToken: "x:y" };
  const pve = createClient({ baseUrl: "https://pve1:8006", auth, transport, now: () => 0x66f00000 * 1000 });
  return { pve, sent };
}

/** For parameters whose schema alone does not tell. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  cidr: "10.0.0.0/8",
  userid: "alice@pve",
  sid: "vm:100",
  ip: "10.0.0.9",
  subnet: "zone1-10.0.0.0-24",
  size: "32G",
  disk: "scsi0",
  url: "https://files.example/debian.iso",
  cputype: "custom-abc",
};

/** Something that a parameter may take. */
function value(name: string, { type, enum: choices, minimum, minLength = 3 }: Schema): unknown {
  if (Object.hasOwn(EXAMPLES, name)) return EXAMPLES[name];
  if (choices !== undefined) return choices[0];
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return minimum ?? 1;
  return "a".repeat(Math.max(minLength, 3));
}

function required({ parameters = [], requestBody }: Operation): Record<string, unknown> {
  const { properties = {}, required: names = [] } = Object.values(requestBody?.content ?? {})[0]?.schema ?? {};
  return Object.fromEntries([
    ...parameters
      .filter((parameter) => parameter.required === true)
      .map(({ name, schema }) => [name, value(name, schema)]),
    ...names.map((name) => [name, value(name, properties[name] ?? {})]),
  ]);
}

/** Walks the tree as a person would type it. */
function walk(pve: PveClient, path: string, verb: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
  let place: unknown = pve;
  const rest = { ...params };
  for (const segment of path.split("/").slice(1)) {
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    if (name === undefined) place = (place as Record<string, unknown>)[segment];
    else place = (place as (step: unknown) => unknown)(params[name]);
    if (name !== undefined) delete rest[name];
  }
  const leaf = (place as Record<string, (params: unknown) => Promise<unknown>>)[verb];
  if (leaf === undefined) throw new Error(`no ${verb} at ${path}`);
  return leaf(rest);
}

/** What became of a call: the request that it sent, or the parameters of its own that it turned down. */
async function outcome(work: Promise<unknown>, sent: string[]): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof PveParameterError) return `${error.operation} wants ${Object.keys(error.problems).sort()}`;
  return sent.splice(0).join(" and ");
}

describe("every operation of the specification", () => {
  it("is reached by its route and through the tree, and sends its verb to its path", async () => {
    const { pve, sent } = recorded();
    let sentOnes = 0;
    for (const { route, verb, path, operation } of operations) {
      const params = required(operation);
      const byRoute = await outcome(pve.call(route as OperationId, params as never), sent);
      expect(await outcome(walk(pve, path, verb, params), sent), route).toBe(byRoute);
      const filled = path.replace(/\{(.+?)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
      if (byRoute.includes(" wants ")) expect(byRoute).toContain(`${route} wants `);
      else expect(byRoute).toBe(`${verb.toUpperCase()} ${filled}`);
      if (!byRoute.includes(" wants ")) sentOnes += 1;
    }
    // The others want what a schema does not say: a PEM, the name of a disk, a replication job.
    expect(sentOnes).toBeGreaterThan(operations.length * 0.95);
  });
});
