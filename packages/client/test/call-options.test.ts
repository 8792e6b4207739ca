import { type CallOptions, createClient, type PveClient } from "@pve/client";
import { describe, expect, it, test } from "vitest";
import { type FaultServer, failureOf, startFaultServer } from "./fault-server.js";
import { countRequests, faulty, simulated, simulatedClient, unreachable } from "./simulated.js";

/** A client of a server that answers everything with nothing. */
async function echo(): Promise<{ readonly server: FaultServer; readonly pve: PveClient }> {
  const server = await startFaultServer((response) => {
    response.writeHead(200, { "content-type": "application/json;charset=UTF-8" }).end('{"data":null}');
  });
  return { server, pve: createClient({ baseUrl: server.url, auth: { token: "root@pam!t=5ec2e7f0" } }) };
}

describe("headers of a call", () => {
  it("go out beside the client's own", async () => {
    const { server, pve } = await echo();
    await using _ = server;
    await pve.call("GET /nodes", {}, { headers: { "X-Trace": "t1" } });
    await pve
      .nodes("pve1")
      .qemu(100)
      .status.start.post({}, { headers: { "x-trace": "t2" } })
      .catch(() => undefined);
    expect(server.arrived.map(({ headers }) => headers["x-trace"])).toEqual(["t1", "t2"]);
    expect(server.arrived[0]?.headers.authorization).toBe("PVEAPIToken=root@pam!t=5ec2e7f0");
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ["credentials", { Authorization: "Bearer x" }, /authorization is the client's own/],
    ["the framing", { "Transfer-Encoding": "chunked" }, /transfer-encoding is the client's own/],
    ["a line break", { "x-a": "1\r\nx-b: 2" }, /no header that can be sent/],
    ["no name", { "": "1" }, /no header that can be sent/],
  ])("may not be %s", async (_, headers, want) => {
    const { server, pve } = await echo();
    await using __ = server;
    const error = await failureOf(pve.call("GET /nodes", {}, { headers }));
    expect(error).toMatchObject({ code: "PVE_CONFIG" });
    expect(String(error)).toMatch(want);
    expect(server.arrived).toEqual([]);
  });
});

describe("retries of a call", () => {
  test.each<[number | false | undefined, number]>([
    [undefined, 3],
    [false, 1],
    [0, 1],
    [1, 2],
    [4, 5],
  ])("%s: a read that finds no node is sent %i times", async (retries, want) => {
    const { sim } = simulated();
    let asked = 0;
    const transport = faulty(sim, () => {
      asked += 1;
      return unreachable();
    });
    const pve = simulatedClient(sim, { transport });
    const pending = failureOf(pve.call("GET /nodes", {}, retries === undefined ? {} : { retries }));
    await sim.clock.advance(600_000);
    expect(await pending).toMatchObject({ kind: "node-unreachable" });
    expect(asked).toBe(want);
  });

  it("never make a change go out twice", async () => {
    const { sim } = simulated();
    let asked = 0;
    const transport = faulty(sim, () => {
      asked += 1;
      return unreachable();
    });
    const pve = simulatedClient(sim, { transport });
    await failureOf(pve.nodes("pve1").qemu(100).config.put({ cores: 2 }, { retries: 5 }));
    expect(asked).toBe(1);
  });
});

describe("withOptions", () => {
  it("gives a client with defaults of its own over the same login", async () => {
    const { sim } = simulated();
    const pve = simulatedClient(sim, { auth: { username: "root@pam", password: sim.credentials.password } });
    await pve.nodes.get();
    const derived = pve.withOptions({ headers: { "x-trace": "1" } }).withOptions({ timeout: 5000 });
    await derived.nodes.get();
    expect(countRequests(sim, "POST", /^\/access\/ticket$/)).toBe(1);
    expect(derived.task).toBeTypeOf("function");
  });

  it("lets a call's own options go before, headers added up", async () => {
    const { server, pve } = await echo();
    await using _ = server;
    const derived = pve.withOptions({ headers: { "x-a": "1", "x-b": "1" } });
    await derived.call("GET /nodes", {}, { headers: { "x-b": "2" } });
    await derived.http.GET("/nodes");
    await pve.call("GET /nodes");
    const seen = server.arrived.map(({ headers }) => [headers["x-a"], headers["x-b"]]);
    expect(seen).toEqual([
      ["1", "2"],
      ["1", "1"],
      [undefined, undefined],
    ]);
  });

  it("stands behind what a call gives as undefined, as programs do that pass on what they were given", async () => {
    const { sim } = simulated();
    let asked = 0;
    const transport = faulty(sim, () => {
      asked += 1;
      return unreachable();
    });
    const pve = simulatedClient(sim, { transport }).withOptions({ retries: false });
    // What a caller without exactOptionalPropertyTypes may write.
    const options: Record<string, undefined> = { retries: undefined, timeout: undefined, headers: undefined };
    await failureOf(pve.nodes.get({}, options as CallOptions));
    expect(asked).toBe(1);
  });

  it("turns down what cannot be right", () => {
    const { pve } = simulated();
    expect(() => pve.withOptions({ timeout: 0 })).toThrow(/timeout must be/);
    expect(() => pve.withOptions({ retries: -1 })).toThrow(/retries must be/);
  });
});

describe("before", () => {
  it("hears of every request as PVE will read it, and ends the call with what it throws", async () => {
    const { sim, pve } = simulated();
    const heard: unknown[] = [];
    const watched = pve.withOptions({
      before: ({ route, params }) => {
        heard.push([route, params]);
        if (!route.startsWith("GET ")) throw new Error("not now");
      },
    });
    await watched.call("GET /nodes/{node}/status", { node: "pve1" });
    const guest = watched.nodes("pve1").qemu(100);
    await expect(guest.config.put({ net0: { model: "virtio", bridge: "vmbr0" }, onboot: true })).rejects.toThrow(
      "not now",
    );
    await expect(watched.http.DELETE("/pools/{poolid}", { params: { path: { poolid: "lab" } } })).rejects.toThrow(
      "not now",
    );
    const upid = "UPID:pve1:0000C530:001C9A7A:65A0B3F0:qmstart:100:root@pam:";
    await expect(watched.task(upid).stop()).rejects.toThrow("not now");
    expect(heard).toEqual([
      ["GET /nodes/{node}/status", { node: "pve1" }],
      ["PUT /nodes/{node}/qemu/{vmid}/config", { node: "pve1", vmid: "100", net0: "virtio,bridge=vmbr0", onboot: "1" }],
      ["DELETE /pools/lab", {}],
      ["DELETE /nodes/{node}/tasks/{upid}", { node: "pve1", upid }],
    ]);
    expect(sim.requests().map(({ method }) => method)).toEqual(["GET"]);
  });

  it("is asked of a client and of the one it was derived from, the older first", async () => {
    const { pve } = simulated();
    const heard: string[] = [];
    const derived = pve
      .withOptions({ before: () => void heard.push("older") })
      .withOptions({ before: () => void heard.push("newer") });
    await derived.nodes.get();
    expect(heard).toEqual(["older", "newer"]);
  });
});

describe("http", () => {
  it("shows its middleware real requests, of calls as well", async () => {
    const { server, pve } = await echo();
    await using _ = server;
    const seen: boolean[] = [];
    const watch = {
      onRequest: ({ request }: { request: Request }) => {
        seen.push(request instanceof Request);
        request.headers.set("x-watched", "1");
      },
    };
    pve.http.use(watch);
    await pve.nodes("pve1").qemu(100).config.put({ cores: 2 });
    pve.http.eject(watch);
    await pve.nodes.get();
    expect(seen).toEqual([true]);
    expect(server.arrived.map(({ headers, body }) => [headers["x-watched"], body])).toEqual([
      ["1", "cores=2"],
      [undefined, ""],
    ]);
  });
});
