import { catalogue, findOperation, operationRoutes } from "@pve/tools";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Outcome, type Session } from "./session.js";

const routes = await operationRoutes();
const MOST_TOKENS = 1500;

/** What a description costs, whichever form of it a client hands on. */
const costOf = ({ text, data }: Outcome) => Math.ceil(Math.max(text.length, JSON.stringify(data).length) / 4);

let session: Session;
beforeAll(async () => {
  session = await connect({ allowed: "destroy" });
});
afterAll(() => session[Symbol.asyncDispose]());

/** The description of a name, and the page of each of its groups. */
async function describedPages(name: string): Promise<readonly Outcome[]> {
  const first = await session.callTool("describe", { name });
  const groups = Array.isArray(first.data["groups"]) ? first.data["groups"] : [];
  const pages = groups.map((one: { group: string }) => session.callTool("describe", { name, group: one.group }));
  return [first, ...(await Promise.all(pages))];
}

describe("the whole API is in reach", () => {
  it.each(routes)(
    "%s can be described for at most 1500 tokens, and is checked before anything is sent",
    async (name) => {
      const pages = await describedPages(name);
      expect(pages[0]).toMatchObject({
        isError: false,
        data: { name, risk: expect.any(String), does: expect.any(String) },
      });
      expect(pages.map((page) => page.isError)).not.toContain(true);
      expect(Math.max(...pages.map(costOf))).toBeLessThanOrEqual(MOST_TOKENS);

      const tool = await findOperation(name);
      const shown = JSON.stringify(pages.map((page) => page.data));
      const silent = Object.keys(tool?.inputSchema.properties ?? {}).filter((argument) => !shown.includes(argument));
      expect(silent).toEqual([]);

      const refused = await session.callTool("call", { name, arguments: { "no-such-thing": 1 } });
      expect(refused.isError).toBe(true);
      expect(refused.text).toContain(`${name}: `);
      expect(refused.text).toContain("no-such-thing: no such argument");
    },
  );

  it("and nothing of all that asked the cluster for anything", () => {
    expect(session.pve.requests()).toEqual([]);
    expect(session.defects).toEqual([]);
  });
});

describe("every tool", () => {
  it.each(catalogue.map(({ name }) => name))("%s can be described for at most 1500 tokens", async (name) => {
    const pages = await describedPages(name);
    expect(pages.map((page) => page.isError)).not.toContain(true);
    expect(Math.max(...pages.map(costOf))).toBeLessThanOrEqual(MOST_TOKENS);
  });
});

/** What is known of any cluster: a node, a guest and a storage of it. */
const known = ["node", "vmid", "storage"];
const readable = (await Promise.all(routes.filter((route) => route.startsWith("GET ")).map(findOperation)))
  .filter((tool) => tool !== undefined)
  .filter(({ inputSchema: { required = [] } }) => required.every((argument) => known.includes(argument)));

/** The cluster's own refusals: it has no Ceph, no HA groups any more, no id of a directory, and one read is for root@pam. */
const NOT_HERE = /binary not installed|migrated to rules|get_identity not implemented|user != root@pam/;

describe("what can be read without knowing more than a node, a guest or a storage", () => {
  const answers: string[] = [];

  it.each(readable.map((tool) => [tool.name, tool] as const))("%s is answered by the cluster", async (name, tool) => {
    const given = { node: "pve1", vmid: name.includes("/lxc/") ? 200 : 100, storage: "local" };
    const wanted = Object.entries(given).filter(([argument]) => tool.inputSchema.required?.includes(argument));

    const { isError, text } = await session.callTool("call", { name, arguments: Object.fromEntries(wanted) });

    if (isError) expect(text).toMatch(NOT_HERE);
    else answers.push(name);
    expect(session.defects).toEqual([]);
  });

  it("and nearly everywhere with what was asked for", () => {
    expect(answers.length / readable.length).toBeGreaterThan(0.9);
  });
});
