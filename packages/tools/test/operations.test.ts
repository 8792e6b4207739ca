import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { catalogue, findOperation, operationRoutes, type Risk, ToolArgumentError } from "../src/index.js";
import { operationRoutes as routesOf } from "../src/openapi.js";
import { riskOf, unratedOf } from "../src/operations/operation-risks.js";
import { packOperations } from "../src/operations/pack-operations.js";
import { failure, openLab } from "./lab.js";

const file = fileURLToPath(new URL("../../client/src/generated/openapi.gen.json", import.meta.url));
const specification: unknown = JSON.parse(readFileSync(file, "utf8"));
const routes = routesOf(specification);
const LEVELS: readonly Risk[] = ["read", "change", "destroy"];

describe("operations by their route", () => {
  it("are all of the specification, each with a sentence that says what it does", async () => {
    expect(routes.length).toBeGreaterThan(600);
    expect(await operationRoutes()).toEqual(routes);
    const silent = packOperations(specification).operations;
    expect(Object.entries(silent).filter(([, { summary }]) => summary.length < 10)).toEqual([]);
  });

  it("can all be found, with PVE's own parameters and the risk of the table", async () => {
    for (const route of routes) {
      const tool = await findOperation(route);
      expect(tool, route).toMatchObject({ name: route, risk: riskOf(route).risk, operations: [route] });
      const inPath = [...route.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      expect(Object.keys(tool?.inputSchema.properties ?? {}), route).toEqual(expect.arrayContaining(inPath));
    }
  });

  it("are not found under any other name", async () => {
    expect(await findOperation("GET /nowhere")).toBeUndefined();
    expect(await findOperation("constructor")).toBeUndefined();
  });
});

describe("the risk of an operation", () => {
  it("is stated for every POST and PUT of the current release, and for no other", () => {
    expect(unratedOf(routes)).toEqual({ unrated: [], gone: [] });
  });

  it("is destroy while nobody has rated it", () => {
    expect(riskOf("POST /nodes/{node}/something-new")).toMatchObject({ risk: "destroy" });
    expect(unratedOf([...routes, "PUT /something-new"]).unrated).toEqual(["PUT /something-new"]);
  });

  it("is read for every GET and destroy for every DELETE", () => {
    expect(new Set(routes.filter((route) => route.startsWith("GET ")).map((route) => riskOf(route).risk))).toEqual(
      new Set(["read"]),
    );
    expect(new Set(routes.filter((route) => route.startsWith("DELETE ")).map((route) => riskOf(route).risk))).toEqual(
      new Set(["destroy"]),
    );
  });

  it("comes with a reason wherever a POST or PUT is read or destroys", () => {
    const bare = routes.filter((route) => /^(POST|PUT) /.test(route) && riskOf(route).risk !== "change");
    expect(bare.filter((route) => (riskOf(route).why ?? "").length < 10)).toEqual([]);
  });

  it("is never less than that of a tool which makes the one call", () => {
    const plain = catalogue.filter((tool) => tool.entry.recipe === undefined);
    const less = plain.filter((tool) => LEVELS.indexOf(riskOf(tool.entry.operation).risk) < LEVELS.indexOf(tool.risk));
    expect(less.map((tool) => tool.name)).toEqual([]);
  });
});

describe("an operation that is called by its route", () => {
  it("finds the node of a guest, waits for the task and says how it ended", async () => {
    await using lab = openLab();
    const answer = await lab.run("POST /nodes/{node}/qemu/{vmid}/clone", { vmid: "100", newid: 990, name: "copy" });
    expect(answer).toMatchObject({ task: "finished", exitstatus: "OK", vmid: 100 });
    expect(await lab.run("GET /nodes/{node}/qemu/{vmid}/config", { vmid: 990 })).toMatchObject({ name: "copy" });
  });

  it("takes members of a family, as text or as an object, within the bounds that PVE has", async () => {
    await using lab = openLab();
    const config = "PUT /nodes/{node}/qemu/{vmid}/config";
    await lab.run(config, { vmid: 101, net1: { model: "virtio", bridge: "vmbr0" }, net2: "e1000,bridge=vmbr0" });
    const after = await lab.run("GET /nodes/{node}/qemu/{vmid}/config", { vmid: 101 });
    expect(after).toMatchObject({ net1: { bridge: "vmbr0" }, net2: { bridge: "vmbr0" } });

    const tooFar = await failure(lab.run(config, { vmid: 101, net99: "virtio,bridge=vmbr0" }));
    expect(tooFar).toBeInstanceOf(ToolArgumentError);
    expect(tooFar).toMatchObject({ problems: { net99: expect.any(String) } });
  });

  it("sends nothing when an argument is wrong, and names those there are", async () => {
    await using lab = openLab();
    const error = await failure(
      lab.run("PUT /nodes/{node}/lxc/{vmid}/resize", { vmid: 200, dsk: "rootfs", size: "+1G" }),
    );
    expect(error).toMatchObject({ problems: { dsk: expect.stringContaining("disk"), disk: expect.any(String) } });
    expect(lab.sim.requests()).toEqual([]);
  });

  it("shows a long list as a window, under PVE's own limit where it has one", async () => {
    await using lab = openLab();
    const window = await lab.run("GET /cluster/resources", { type: "vm", limit: 2, sort: "vmid", fields: "vmid" });
    expect(window).toMatchObject({ items: [{ vmid: 100 }, { vmid: 101 }], returned: 2 });
    const properties = (await findOperation("GET /nodes/{node}/tasks"))?.inputSchema.properties;
    expect(properties?.["limit"]?.description).not.toContain("0 for the counts");
    expect(properties?.["filter"]?.description).toContain("Only rows");
  });

  it("shows a bare value as the result", async () => {
    await using lab = openLab();
    expect(await lab.run("GET /cluster/nextid")).toEqual({ result: expect.any(Number) });
  });

  it("keeps a secret that PVE shows once away from the answer", async () => {
    await using lab = openLab();
    const args = { userid: "auditor@pve", tokenid: "new" };
    const answer = await lab.run("POST /access/users/{userid}/token/{tokenid}", args);
    const [kept = ""] = lab.secrets.values();
    const secret: unknown = JSON.parse(kept);
    expect(secret).toEqual({ value: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(JSON.stringify(answer)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    expect(answer).toMatchObject({ value: "(hidden)", notes: [expect.stringContaining("/secrets/")] });
  });

  it("sends nothing when there is no place for such a secret", async () => {
    await using lab = openLab();
    const work = lab.run("POST /nodes/{node}/termproxy", { node: "pve1" }, { saveSecret: undefined } as never);
    expect(await failure(work)).toMatchObject({ code: "TOOL_PRECONDITION" });
    expect(lab.sim.requests()).toEqual([]);
  });
});
