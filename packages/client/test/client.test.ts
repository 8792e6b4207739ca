import { asResponse, createClient, PveConfigError, PveParameterError, PveRequestError, withMeta } from "@pve/client";
import { describe, expect, it, test } from "vitest";
import { failureOf } from "./fault-server.js";
import { countRequests, faulty, simulated, simulatedClient } from "./simulated.js";

describe("reading", () => {
  it("gives lists in their declared form", async () => {
    const { pve } = simulated();
    const nodes = await pve.nodes.get();
    expect(nodes.map(({ node }) => node).sort()).toEqual(["pve1", "pve2", "pve3"]);
    expect(nodes[0]).toMatchObject({ status: "online", maxcpu: expect.any(Number), uptime: expect.any(Number) });
  });

  it("gives a configuration with booleans, numbers, lists and property strings", async () => {
    const { pve } = simulated();
    const config = await pve.nodes("pve1").qemu(102).config.get();
    expect(config).toMatchObject({
      name: "db01",
      cores: 4,
      onboot: true,
      balloon: 4096,
      tags: ["db", "prod"],
      memory: 8192,
      agent: { enabled: true, fstrim_cloned_disks: true },
      net0: { model: "virtio", bridge: "vmbr1", tag: 20, macaddr: expect.stringMatching(/^BC:24:11/) },
      scsi0: { file: "nas:102/vm-102-disk-0.qcow2", discard: "on", size: "32G" },
      digest: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  it("gives the same as PVE sent it when asked for raw", async () => {
    const { pve, sim } = simulated();
    const raw = await pve.call("GET /nodes/{node}/qemu/{vmid}/config", { node: "pve1", vmid: 102 }, { decode: "raw" });
    expect(raw).toMatchObject({ onboot: 1, memory: "8192", net0: sim.guest(102)?.config["net0"], tags: "db;prod" });
  });

  it("does the same through the tree and through call", async () => {
    const { pve } = simulated();
    const byTree = await pve.nodes("pve1").storage("local").content.get({ content: "iso" });
    const byCall = await pve.call("GET /nodes/{node}/storage/{storage}/content", {
      node: "pve1",
      storage: "local",
      content: "iso",
    });
    expect(byTree).toEqual(byCall);
    expect(byTree.length).toBeGreaterThan(0);
  });

  it("reaches volumes, whose names hold slashes and colons", async () => {
    const { pve, sim } = simulated();
    const [iso] = await pve.nodes("pve1").storage("local").content.get({ content: "iso" });
    const volume = String(iso?.volid);
    expect(volume).toMatch(/^local:iso\//);
    const task = await pve.nodes("pve1").storage("local").content(volume).delete();
    await task?.done();
    expect(await pve.nodes("pve1").storage("local").content.get({ content: "iso" })).not.toContainEqual(iso);
    expect(countRequests(sim, "DELETE", /^\/nodes\/pve1\/storage\/local\/content\/local:iso\//)).toBe(1);
  });
});

describe("withMeta", () => {
  it("gives what PVE says beside the data: how many there are in all", async () => {
    const { pve } = simulated();
    const page = await withMeta(pve.nodes("pve1").tasks.get({ limit: 1 }));
    expect(page.data).toHaveLength(1);
    expect(page.total).toBeGreaterThan(1);
    expect(await withMeta(pve.call("GET /nodes"))).toEqual({
      data: await pve.nodes.get(),
      status: 200,
      reason: "OK",
    });
  });

  it("fails as the call does, and only for what is no call", async () => {
    const { pve } = simulated();
    expect(await failureOf(withMeta(pve.nodes("ghost").tasks.get()))).toMatchObject({ code: "PVE_REQUEST" });
    expect(await failureOf(withMeta(Promise.resolve(1)))).toMatchObject({ code: "PVE_CONFIG" });
  });
});

describe("asResponse", () => {
  it("gives the answer as it came", async () => {
    const { pve } = simulated();
    const response = await asResponse(pve.nodes("pve1").qemu(102).config.get());
    expect(response).toMatchObject({ status: 200, reason: "OK" });
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(response.json()).toMatchObject({ data: { onboot: 1, memory: "8192" } });
    expect(JSON.parse(response.text())).toEqual(response.json());
  });

  it("gives a refusal too, and fails only when nothing came", async () => {
    const { pve, sim } = simulated();
    const refused = await asResponse(pve.nodes("pve1").qemu(4711).config.get());
    expect(refused).toMatchObject({ status: 500, reason: expect.stringMatching(/does not exist/) });
    const before = sim.requests().length;
    expect(await failureOf(asResponse(pve.nodes("").qemu.get()))).toMatchObject({ code: "PVE_PARAMETER" });
    expect(await failureOf(asResponse(Promise.resolve(1)))).toMatchObject({ code: "PVE_CONFIG" });
    expect(sim.requests()).toHaveLength(before);
  });
});

describe("changing", () => {
  it("writes property strings from objects, and what was read back unchanged", async () => {
    const { pve, sim } = simulated();
    const guest = pve.nodes("pve2").qemu(103);
    const { net0 } = await guest.config.get();
    const before = sim.guest(103)?.config["net0"];
    if (net0 === undefined || typeof net0 === "string") throw new Error("expected net0 to be an object");
    await guest.config.put({ net0 });
    expect(sim.guest(103)?.config["net0"]).toBe(before);
    await guest.config.put({ net0: { ...net0, tag: 42 }, onboot: true, tags: ["a", "b"] });
    expect(sim.guest(103)?.config).toMatchObject({ onboot: 1, net0: `${before},tag=42` });
  });

  it.each([100, 101, 102, 103, 106, 111])(
    "gives VM %i back as it was when its configuration is read and written",
    async (vmid) => {
      const { pve, sim } = simulated();
      const before = sim.guest(vmid);
      const guest = pve.nodes(before?.node ?? "").qemu(vmid);
      const {
        digest,
        parent: _parent,
        meta: _meta,
        vmgenid: _id,
        smbios1: _bios,
        ...config
      } = await guest.config.get();
      await guest.config.put({ ...config, ...(digest === undefined ? {} : { digest }) });
      const after = sim.guest(vmid)?.config;
      // A list is written with commas, whatever separated it before.
      expect({ ...after, tags: String(after?.["tags"]).replaceAll(",", ";") }).toEqual({
        ...before?.config,
        tags: String(before?.config["tags"]),
      });
    },
  );

  it("reads property strings that PVE has taken apart, so that they can be written back", async () => {
    const { pve } = simulated();
    const given = {
      crs: { ha: "static", "ha-rebalance-on-start": true },
      webauthn: { "allow-subdomains": false, id: "example.com", origin: "https://example.com", rp: "example.com" },
      "next-id": { lower: 100, upper: 5000 },
    } as const;
    await pve.cluster.options.put(given);
    const { crs, webauthn, "next-id": nextId, migration } = await pve.cluster.options.get();
    expect({ crs, webauthn, "next-id": nextId }).toEqual(given);
    await pve.cluster.options.put({ crs, webauthn, "next-id": nextId, migration });
    expect(await pve.cluster.options.get()).toMatchObject(given);
  });

  it("unsets what is given as null", async () => {
    const { pve, sim } = simulated();
    await pve.nodes("pve2").qemu(103).config.put({ tags: null, cores: 2, delete: "onboot" });
    expect(sim.guest(103)?.config).toMatchObject({ cores: 2 });
    expect(Object.keys(sim.guest(103)?.config ?? {})).not.toEqual(expect.arrayContaining(["tags"]));
    expect(Object.keys(sim.guest(103)?.config ?? {})).not.toEqual(expect.arrayContaining(["onboot"]));
  });

  it("gives a task where PVE starts one, and null where it does not", async () => {
    const { pve } = simulated();
    const task = await pve.call("POST /nodes/{node}/qemu/{vmid}/clone", { node: "pve1", vmid: 110, newid: 901 });
    expect(task.upid).toMatch(/^UPID:pve1:.*:qmclone:110:/);
    expect(await pve.nodes("pve1").qemu(100).config.put({ description: "x" })).toBeNull();
    const raw = await pve.call(
      "POST /nodes/{node}/qemu/{vmid}/clone",
      { node: "pve1", vmid: 110, newid: 902 },
      { decode: "raw" },
    );
    expect(raw).toMatch(/^UPID:pve1:/);
  });
});

describe("a refusal", () => {
  it("of a guest that does not exist names it", async () => {
    const { pve } = simulated();
    const error = await failureOf(pve.nodes("pve1").qemu(4711).config.get());
    expect(error).toBeInstanceOf(PveRequestError);
    expect(error).toMatchObject({
      code: "PVE_REQUEST",
      status: 500,
      kind: "not-found",
      operation: "GET /nodes/{node}/qemu/{vmid}/config",
      reason: "Configuration file 'nodes/pve1/qemu-server/4711.conf' does not exist",
    });
  });

  it("of a node that does not exist is not-found as well", async () => {
    const { pve } = simulated();
    expect(await failureOf(pve.nodes("ghost").qemu.get())).toMatchObject({ kind: "not-found" });
  });

  it("of a VMID that is taken is exists", async () => {
    const { pve } = simulated();
    expect(await failureOf(pve.nodes("pve1").qemu.post({ vmid: 100 }))).toMatchObject({ kind: "exists" });
  });

  it("of a change nobody may make is permission", async () => {
    const { sim } = simulated();
    const auditor = simulatedClient(sim, { auth: { token: sim.credentials.auditorToken } });
    const error = await failureOf(auditor.nodes("pve1").qemu(100).config.put({ cores: 1 }));
    expect(error).toMatchObject({ status: 403, kind: "permission" });
  });

  it("of a parameter that only PVE can judge has its text by name", async () => {
    const { pve } = simulated();
    const upid = "UPID:pve1:0000C530:001C9C38:64B7E1D0:qmstart:100:root@pam:";
    const error = await failureOf(pve.task(upid).status());
    expect(error).toMatchObject({ status: 400, kind: "not-found", fields: { upid: "no such task" } });
  });

  it("of an operation that this release does not have is unsupported", async () => {
    const { sim } = simulated();
    const answer = () => new Response('{"data":null}', { status: 501, statusText: "Method 'GET /x' not implemented" });
    const pve = simulatedClient(sim, { transport: faulty(sim, answer) });
    expect(await failureOf(pve.cluster.ha.rules.get())).toMatchObject({ status: 501, kind: "unsupported" });
  });
});

describe("before sending", () => {
  it("nothing leaves when a parameter cannot be right", async () => {
    const { pve, sim } = simulated();
    const error = await failureOf(
      pve.nodes("pve1").qemu(100).config.put({ cores: 0, net0: "virtio", net99: "virtio" }),
    );
    expect(error).toBeInstanceOf(PveParameterError);
    expect(error).toMatchObject({
      problems: { cores: expect.any(String), net99: expect.stringMatching(/net0 to net31/) },
    });
    expect(sim.requests()).toEqual([]);
  });

  test.each([
    ["GET /nodes/{node}/qemus", /no such operation/],
    ["PATCH /nodes", /routes are written like/],
    ["POST /nodes/{node}/qemu/{vmid}/config/x", /no such operation/],
    ["DELETE /nodes/{node}/qemu", /this path answers to GET, POST/],
  ])("an unknown route is named: %s", async (route, want) => {
    const { pve, sim } = simulated();
    const error = await failureOf(pve.call(route as "GET /nodes"));
    expect(error).toMatchObject({ code: "PVE_PARAMETER", operation: route });
    expect(String(error)).toMatch(want);
    expect(sim.requests()).toEqual([]);
  });

  it("a walk through the tree that leads nowhere is named", async () => {
    const { pve } = simulated();
    const walk = pve.nodes("pve1") as unknown as { quemu(vmid: number): { get(): Promise<unknown> } };
    const error = await failureOf(walk.quemu(100).get());
    expect(error).toMatchObject({ code: "PVE_PARAMETER", operation: "GET /nodes/{}/quemu/{}" });
  });

  it("a step of the tree can be awaited by mistake without hanging, and takes no empty value", async () => {
    const { pve } = simulated();
    expect(typeof (await pve.nodes("pve1"))).toBe("function");
    expect(await failureOf(pve.nodes("").status.get())).toMatchObject({
      problems: { node: expect.stringMatching(/empty/) },
    });
    expect(() => pve.nodes(undefined as never)).toThrow(PveParameterError);
  });

  it("an operation that refuses tokens says so", async () => {
    const { pve, sim } = simulated();
    const error = await failureOf(pve.access.ticket.post({ username: "root@pam", password: "x" }));
    expect(error).toBeInstanceOf(PveConfigError);
    expect(String(error)).toMatch(/PVE refuses API tokens here/);
    expect(sim.requests()).toEqual([]);
  });
});

describe("createClient", () => {
  const good = { baseUrl: "https://pve1:8006", auth: { token: "root@pam!t=5ec2e7f0" } };

  test.each([
    ["no address", { baseUrl: "pve1" }, /baseUrl must be an address such as/],
    ["another protocol", { baseUrl: "ftp://pve1" }, /must begin with https/],
    ["credentials in the address", { baseUrl: "https://root:hush@pve1:8006" }, /must not hold credentials/],
    ["a query", { baseUrl: "https://pve1:8006/?a=b" }, /cut off/],
    ["a token without its secret", { auth: { token: "root@pam!t" } }, /user@realm!tokenid=secret/],
    ["a token with the header's word in front", { auth: { token: "PVEAPIToken=root@pam!t=hush" } }, /no PVEAPIToken=/],
    ["a token with a line break", { auth: { token: "root@pam!t=hush\r\nX: y" } }, /user@realm!tokenid=secret/],
    ["a user without a realm", { auth: { username: "root", password: "hush" } }, /root@pam/],
    [
      "a half ticket",
      { auth: { username: "root@pam", ticket: "PVE:!tfa!x", csrfToken: "a" } },
      /no complete PVE ticket/,
    ],
    ["no time at all", { timeout: 0 }, /timeout must be/],
  ])("turns down %s at once, without repeating secrets", (_, wrong, want) => {
    const attempt = () => createClient({ ...good, ...wrong });
    expect(attempt).toThrow(PveConfigError);
    expect(attempt).toThrow(want);
    expect(attempt).not.toThrow(/hush/);
  });
});
