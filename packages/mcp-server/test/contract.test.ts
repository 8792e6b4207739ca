import { readFileSync } from "node:fs";
import { createClient } from "@pve/client";
import { upload } from "@pve/client/node";
import { catalogue, type JsonSchema, type ResolvedTool, type SendFile } from "@pve/tools";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unknownNames, withoutObjects } from "./contract/absent.js";
import type { Answer, Lab, Row } from "./contract/row.js";
import { rows } from "./contract/rows.js";
import { connect, type Session, withEqualMarks } from "./session.js";

const contract: Readonly<Record<string, { readonly risk: string; readonly parameters: readonly string[] }>> =
  JSON.parse(readFileSync(new URL("../../tools/test/contract.json", import.meta.url), "utf8"));

/** A session that may do everything, with a place for secrets and for files, and the lab as somebody else sees it. */
async function open(row: Row = {}): Promise<{ readonly session: Session; readonly lab: Lab }> {
  const secrets = new Map<string, string>();
  const session = await connect({
    allowed: "destroy",
    ...row.cluster,
    ...(row.signedIn === true && { signedIn: true }),
    gives: {
      saveSecret: async (name, value) => {
        secrets.set(name, value);
        return `/secrets/${name}`;
      },
      sendFile,
    },
  });
  const sim = session.pve;
  const { sleep, now } = sim.clock;
  const auth = { token: sim.credentials.token };
  const other = createClient({ baseUrl: sim.baseUrl, auth, transport: sim.fetch, sleep, now });
  return { session, lab: { sim, other, secrets } };
}

/** Sends a few bytes in place of whatever file is named. */
const sendFile: SendFile = ({ client, path: _path, onProgress: _onProgress, ...to }) =>
  upload(client, { ...to, file: new Blob(["an archive"]), checksum: "sha256" });

/** A value that no schema of that kind admits. */
function wrongFor(schema: JsonSchema): unknown {
  return [schema.type].flat().includes("boolean") ? "perhaps" : true;
}

/** Calls that are refused before anything is sent: an argument of the wrong type, an unknown one, a missing one. */
function badCalls(tool: ResolvedTool, example: Readonly<Record<string, unknown>>) {
  const { properties, required = [] } = tool.inputSchema;
  const wrong = Object.entries<JsonSchema>(properties).map(
    ([name, schema]) => [name, { ...example, [name]: wrongFor(schema) }] as const,
  );
  const left = required.map((name) => [name, { ...example, [name]: undefined }] as const);
  return [...wrong, ...left, ["no_such_argument", { ...example, no_such_argument: 1 }] as const];
}

async function holds(check: () => unknown): Promise<boolean> {
  try {
    await check();
    return true;
  } catch {
    return false;
  }
}

const writes = ({ sim }: Lab) => sim.requests().filter(({ method }) => method !== "GET").length;

describe("the contract", () => {
  it("has a row here for each of its tools, and for every further one", () => {
    const names = catalogue.map(({ name }) => name);

    expect(Object.keys(contract).filter((name) => !names.includes(name))).toEqual([]);
    expect(Object.keys(rows).sort()).toEqual(names);
  });

  it("is kept by what a client is shown: names, risks and parameters", async () => {
    await using session = await connect({ allowed: "destroy", exposure: { toolsets: ["all"] } });
    const { tools } = await session.mcp.listTools();
    const shown = new Map(tools.map((tool) => [tool.name, tool]));

    for (const [name, { risk, parameters }] of Object.entries(contract)) {
      const { inputSchema, annotations } = shown.get(name) ?? {};
      const takes = Object.keys(inputSchema?.properties ?? {});
      expect([name, ...takes]).toEqual(expect.arrayContaining(parameters.map((one) => one.replace("?", ""))));
      const mayBeLeftOut = (inputSchema?.required ?? []).filter((one) => parameters.includes(`${one}?`));
      expect({ name, mayBeLeftOut }).toEqual({ name, mayBeLeftOut: [] });
      expect({ name, readOnly: annotations?.readOnlyHint }).toEqual({ name, readOnly: risk === "read" });
      if (risk === "destroy") expect({ name, ...annotations }).toMatchObject({ name, destructiveHint: true });
    }
  });

  it("lets older names work without listing them", async () => {
    await using session = await connect({ allowed: "destroy", exposure: { toolsets: ["all"] } });
    const listed = await session.toolNames();
    const old = catalogue.flatMap(({ name, entry }) =>
      (entry.aliases ?? []).map((alias) => [alias, name, entry] as const),
    );

    expect(old.map(([alias, name]) => `${alias} → ${name}`)).toEqual(
      expect.arrayContaining(["list_firewall_rules → get_firewall_rules", "get_backup_list → list_backups"]),
    );
    for (const [alias, name, { example }] of old) {
      expect(listed).not.toContain(alias);
      const [by, now] = [await session.callTool(alias, { ...example }), await session.callTool(name, { ...example })];
      expect(withEqualMarks(by)).toEqual(withEqualMarks(now));
    }
  });
});

/** A read that needs nothing first; all of them can look at the same cluster. */
function onlyReads({ name, risk }: ResolvedTool): boolean {
  const { steps, before, cluster } = rows[name] ?? {};
  return risk === "read" && (steps ?? before ?? cluster) === undefined;
}

describe("what only reads", () => {
  let opened: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    opened = await open();
    // A client that knows the list checks every answer against it, and throws when one does not fit.
    await opened.session.toolNames();
  });
  afterAll(() => opened.session[Symbol.asyncDispose]());

  it.each(catalogue.filter(onlyReads).map((tool) => [tool.name, tool] as const))(
    "%s answers, refuses what is wrong, and changes nothing",
    async (name, tool) => {
      const { session, lab } = opened;
      const { args = tool.entry.example, answers } = rows[name] ?? {};
      const before = writes(lab);
      await expectRefusals(session, lab, tool, args);

      const { isError, text, data } = await session.callTool(name, { ...args });

      expect({ isError, text }).toMatchObject({ isError: false });
      expect(data).toMatchObject(answers ?? { row: "says what is answered" });
      expect(session.defects).toEqual([]);
      // What is a POST and harmless says why in its entry.
      if (tool.entry.why === undefined) expect(writes(lab)).toBe(before);
    },
  );
});

describe("what needs a cluster of its own", () => {
  it.each(catalogue.filter((tool) => !onlyReads(tool)).map((tool) => [tool.name, tool] as const))(
    "%s does it, and refuses what is wrong",
    async (name, tool) => {
      const row = rows[name] ?? {};
      const { session, lab } = await open(row);
      await using _ = session;
      await session.toolNames();
      for (const [step, args] of row.steps ?? [])
        expect(await session.callTool(step, { ...args })).toMatchObject({ isError: false });
      const args = { ...(row.args ?? tool.entry.example), ...(await row.before?.(lab)) };
      await expectRefusals(session, lab, tool, args);
      const effect =
        row.effect ?? ((_lab: Lab, data: Answer) => expect(data).toMatchObject(row.answers ?? { row: name }));
      expect(await holds(() => effect(lab, {}))).toBe(false);

      const { isError, text, data } = await session.callTool(name, { ...args });

      expect({ isError, text }).toMatchObject({ isError: false });
      if (tool.entry.waits === true) expect(data).toMatchObject({ task: "finished", exitstatus: "OK" });
      if (tool.risk !== "read") expect(row).toHaveProperty("effect");
      await effect(lab, data);
      expect(session.defects).toEqual([]);
    },
  );
});

/** Nothing is sent for a bad argument, and what does not exist is an error that names it. */
async function expectRefusals(
  session: Session,
  lab: Lab,
  tool: ResolvedTool,
  example: Readonly<Record<string, unknown>>,
): Promise<void> {
  const before = lab.sim.requests().length;
  for (const [argument, args] of badCalls(tool, example)) {
    const { isError, text } = await session.callTool(tool.name, args);
    expect({ argument, isError, text }).toMatchObject({ isError: true, text: expect.stringContaining(`${argument}:`) });
  }
  expect(lab.sim.requests()).toHaveLength(before);
  expect(unknownNames(tool)).toEqual([]);
  for (const [argument, args] of withoutObjects(tool, example)) {
    const { isError, text } = await session.callTool(tool.name, args);
    expect({ argument, isError, text }).toMatchObject({ isError: true });
  }
}
