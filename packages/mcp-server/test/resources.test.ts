import { describe, expect, it } from "vitest";
import { connect, type Session } from "./session.js";

async function read(session: Session, uri: string): Promise<{ text: string; mimeType: string | undefined }> {
  const [content] = (await session.mcp.readResource({ uri })).contents;
  if (content === undefined || !("text" in content)) throw new Error("expected text");
  return { text: content.text, mimeType: content.mimeType };
}

describe("the lists of resources", () => {
  it("name the cluster, and templates for what there are many of, without asking it", async () => {
    await using session = await connect();
    expect((await session.mcp.listResources()).resources).toMatchObject([{ uri: "pve://pve/cluster" }]);
    const { resourceTemplates } = await session.mcp.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "pve://pve/node/{node}",
      "pve://pve/guest/{vmid}",
      "pve://pve/task/{upid}",
      "pve://pve/nodeseries/{node}/{timeframe}",
      "pve://pve/guestseries/{vmid}/{timeframe}",
      "pve://pve/operation/{route}",
    ]);
    expect(session.pve.requests()).toEqual([]);
  });
});

describe("reading a resource", () => {
  it("shows the cluster as a whole", async () => {
    await using session = await connect({ era: "2026-07-28" });
    const { text, mimeType } = await read(session, "pve://pve/cluster");
    expect(mimeType).toBe("application/json");
    expect(JSON.parse(text)).toMatchObject({
      status: { nodes: expect.any(Array) },
      totals: { vms: { running: 5 } },
    });
  });

  it("shows a virtual machine, a container and a node by name", async () => {
    await using session = await connect();
    expect(JSON.parse((await read(session, "pve://pve/guest/100")).text)).toMatchObject({
      status: { status: "running" },
      config: expect.any(Object),
    });
    expect((await read(session, "pve://pve/guest/200")).text).toContain("rootfs");
    expect(JSON.parse((await read(session, "pve://pve/node/pve2")).text)).toMatchObject({ uptime: expect.any(Number) });
  });

  it("gives the whole log of a task, however long", async () => {
    await using session = await connect({ allowed: "change" });
    const { data } = await session.callTool("create_vm_backup", { vmid: 100, storage: "local" });
    const { text, mimeType } = await read(session, `pve://pve/task/${encodeURIComponent(String(data["upid"]))}`);
    expect(mimeType).toBe("text/plain");
    expect(text).toMatch(/starting new backup job/);
    expect(text.trimEnd().split("\n").at(-1)).toBe("TASK OK");
  });

  it("gives every reading of a span of time", async () => {
    await using session = await connect();
    const node = JSON.parse((await read(session, "pve://pve/nodeseries/pve1/hour")).text);
    const guest = JSON.parse((await read(session, "pve://pve/guestseries/200/day")).text);
    expect(node.series.length).toBe(node.points);
    expect(guest.series[0]).toMatchObject({ time: expect.any(String), cpu: expect.any(Number) });
  });

  it("describes an operation by its route, without asking the cluster", async () => {
    await using session = await connect();
    const route = "POST /nodes/{node}/qemu/{vmid}/clone";
    const { text } = await read(session, `pve://pve/operation/${encodeURIComponent(route)}`);
    expect(JSON.parse(text)).toMatchObject({ name: route, risk: "change" });
    expect(session.pve.requests()).toEqual([]);
    const { completion } = await session.mcp.complete({
      ref: { type: "ref/resource", uri: "pve://pve/operation/{route}" },
      argument: { name: "route", value: "GET /cluster/ha/" },
    });
    expect(completion.values).toContain("GET /cluster/ha/rules");
    await expect(session.mcp.readResource({ uri: "pve://pve/operation/GET%20%2Fnowhere" })).rejects.toThrow(
      /no tool or/,
    );
  });

  it.each([
    ["another scheme", "http://pve/cluster"],
    ["a target that is none", "pve://other/cluster"],
    ["a kind that is none", "pve://pve/rack"],
    ["a value too many", "pve://pve/cluster/1"],
    ["a value too few", "pve://pve/node"],
    ["bad encoding", "pve://pve/node/%zz"],
  ])("refuses %s", async (_title, uri) => {
    await using session = await connect();
    await expect(session.mcp.readResource({ uri })).rejects.toMatchObject({ code: -32602 });
    expect(session.pve.requests()).toEqual([]);
  });

  it("passes on what the cluster says of a guest that is not there", async () => {
    await using session = await connect();
    await expect(session.mcp.readResource({ uri: "pve://pve/guest/999" })).rejects.toThrow(/no guest 999/);
  });
});

describe("reading a resource of a cluster that turns the token down", () => {
  it.each(["guest/100", "guestseries/100/hour", "node/pve1"])(
    "says of %s what the operator has to do",
    async (place) => {
      await using session = await connect({ token: () => "root@pam!gone=00000000-0000-4000-8000-000000000000" });
      await expect(session.mcp.readResource({ uri: `pve://pve/${place}` })).rejects.toThrow(
        /refused \(401\)[\s\S]*operator has to correct/,
      );
    },
  );
});

describe("completing a value", () => {
  const template = (uri: string) => ({ type: "ref/resource", uri }) as const;

  it("knows nodes, guests and spans", async () => {
    await using session = await connect();
    const values = async (uri: string, name: string, value: string) =>
      (await session.mcp.complete({ ref: template(uri), argument: { name, value } })).completion.values;
    expect(await values("pve://pve/node/{node}", "node", "p")).toEqual(["pve1", "pve2", "pve3"]);
    expect(await values("pve://pve/guest/{vmid}", "vmid", "20")).toContain("200");
    expect(await values("pve://pve/guest/{vmid}", "vmid", "9999")).toEqual([]);
    expect(await values("pve://pve/nodeseries/{node}/{timeframe}", "timeframe", "w")).toEqual(["week"]);
    expect(await values("pve://pve/task/{upid}", "upid", "UPID:pve1")).not.toEqual([]);
    expect(await values("pve://pve/node/{node}", "colour", "")).toEqual([]);
  });

  it("is silent when the cluster does not answer", async () => {
    await using session = await connect({ token: () => "root@pam!gone=00000000-0000-4000-8000-000000000000" });
    const { completion } = await session.mcp.complete({
      ref: template("pve://pve/node/{node}"),
      argument: { name: "node", value: "" },
    });
    expect(completion.values).toEqual([]);
  });
});
