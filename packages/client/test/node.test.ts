import { execFile } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";
import { promisify } from "node:util";
import { createClient, type NodeClientOptions } from "@pve/client/node";
import { createSimulator, type Simulator } from "@pve/simulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { failureOf } from "./fault-server.js";

let sim: Simulator;
let address: Awaited<ReturnType<Simulator["listen"]>>;

beforeAll(async () => {
  sim = createSimulator();
  address = await sim.listen();
});

afterAll(async () => {
  await sim.close();
});

function client(options: Partial<NodeClientOptions> = {}) {
  return createClient({
    baseUrl: address.url,
    auth: { token: sim.credentials.token },
    tls: { fingerprint256: address.fingerprint256 },
    sleep: sim.clock.sleep,
    now: sim.clock.now,
    ...options,
  });
}

/** A TCP hop in front of the simulator that sees connections come and can treat them badly. */
async function startHop(onConnection: (near: Socket, far: Socket, number: number) => void) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(Number(new URL(address.url).port), "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    near.pipe(far).pipe(near);
    connections += 1;
    onConnection(near, far, connections);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return {
    url: `https://127.0.0.1:${port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("whom the client believes", () => {
  it("a pinned certificate, however the print is written", async () => {
    expect(await client().nodes.get()).toHaveLength(3);
    const fingerprint256 = address.fingerprint256.toLowerCase().replaceAll(":", "");
    expect(await client({ tls: { fingerprint256 } }).nodes.get()).toHaveLength(3);
  });

  it("no other certificate: the error names both prints, and not a byte of the request got through", async () => {
    const before = sim.requests().length;
    const wrong = address.fingerprint256.replace(/^../, (pair) => (pair === "00" ? "01" : "00"));
    const error = await failureOf(
      client({ tls: { fingerprint256: wrong } })
        .nodes("pve1")
        .qemu(100)
        .status.stop.post(),
    );
    expect(error).toMatchObject({
      code: "PVE_CONNECTION",
      kind: "tls-pin",
      sent: "no",
      expected: wrong,
      seen: address.fingerprint256,
    });
    expect(String(error)).toContain(`expected ${wrong}, seen ${address.fingerprint256}`);
    expect(sim.requests()).toHaveLength(before);
  });

  it("an authority that was handed in", async () => {
    expect(await client({ tls: { ca: address.certificate } }).nodes.get()).toHaveLength(3);
  });

  it("nobody who signs himself, unless told to", async () => {
    const { tls: _unpinned, ...rest } = { tls: undefined };
    const pve = createClient({ baseUrl: address.url, auth: { token: sim.credentials.token }, ...rest });
    const before = sim.requests().length;
    expect(await failureOf(pve.nodes.get())).toMatchObject({ code: "PVE_CONNECTION", kind: "tls", sent: "no" });
    expect(sim.requests()).toHaveLength(before);
  });

  it("everybody with insecure: true, which changes nothing for other clients of the process", async () => {
    const silence = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    expect(await client({ tls: { insecure: true } }).nodes.get()).toHaveLength(3);
    silence.mockRestore();
    const other = createClient({ baseUrl: address.url, auth: { token: sim.credentials.token } });
    expect(await failureOf(other.nodes.get())).toMatchObject({ kind: "tls", sent: "no" });
  });

  it("and warns once in a process when it is told to believe everybody", async () => {
    const program = `
      import { createClient } from "@pve/client/node";
      for (const n of [1, 2]) createClient({ baseUrl: "https://127.0.0.1:8006", auth: { token: "a@pve!b=c" }, tls: { insecure: true } });
    `;
    const node = ["--conditions=@pve/source", "--import", "tsx", "--input-type=module", "-e", program];
    const { stderr } = await promisify(execFile)(process.execPath, node);
    expect(stderr.match(/Certificates are not checked/g)).toHaveLength(1);
  });

  it.each([
    ["http", { baseUrl: "http://127.0.0.1:8006" }],
    ["a print that is none", { tls: { fingerprint256: "AA:BB" } }],
  ])("nothing over %s", (_, wrong) => {
    expect(() => client(wrong)).toThrow(expect.objectContaining({ code: "PVE_CONFIG" }));
  });
});

describe("over a real connection", () => {
  it("a refusal keeps PVE's reason phrase", async () => {
    const { response } = await client().http.GET("/nodes/{node}/qemu/{vmid}/config", {
      params: { path: { node: "pve1", vmid: 4711 } },
    });
    expect(response.statusText).toBe("Configuration file 'nodes/pve1/qemu-server/4711.conf' does not exist");
  });

  it("a wrong token is an authentication error", async () => {
    const pve = client({ auth: { token: "root@pam!full=00000000-0000-0000-0000-000000000000" } });
    expect(await failureOf(pve.nodes.get())).toMatchObject({ status: 401, kind: "authentication" });
  });

  it("a guest that does not exist is not found", async () => {
    expect(await failureOf(client().nodes("pve1").qemu(4711).config.get())).toMatchObject({ kind: "not-found" });
  });

  it("a task runs to its end", async () => {
    const task = await client().nodes("pve2").qemu(103).status.start.post();
    expect(await task.done()).toMatchObject({ exitstatus: "OK" });
  });

  it("a login works, and its ticket may write", async () => {
    const { username, password } = sim.credentials;
    await client({ auth: { username, password } }).nodes("pve1").qemu(100).config.put({ description: "größer; a=b" });
    expect(sim.guest(100)?.config["description"]).toBe("größer; a=b");
  });

  it("a port where nobody listens is refused, and nothing was sent", async () => {
    const hop = await startHop(() => undefined);
    await hop[Symbol.asyncDispose]();
    const error = await failureOf(client({ baseUrl: hop.url }).nodes("pve1").qemu(100).status.stop.post());
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "refused", sent: "no" });
  });

  it("a server that never shakes hands is given up", async () => {
    await using hop = await startHop((near, far) => {
      near.unpipe(far);
    });
    const pve = client({ baseUrl: hop.url, timeouts: { connect: 20 } });
    expect(await failureOf(pve.nodes("pve1").qemu(100).status.stop.post())).toMatchObject({
      kind: "timeout",
      sent: "no",
    });
  });

  it("a call ends at its timeout and at its signal", async () => {
    await using hop = await startHop((near, far) => {
      far.unpipe(near);
    });
    const pve = client({ baseUrl: hop.url });
    expect(await failureOf(pve.nodes.get({}, { timeout: 20 }))).toMatchObject({ kind: "timeout", sent: "no" });
    expect(await failureOf(pve.nodes.get({}, { signal: AbortSignal.abort() }))).toMatchObject({ kind: "aborted" });
  });
});

describe("connections", () => {
  it("are kept for the next call, and given up after a refusal", async () => {
    await using hop = await startHop(() => undefined);
    const pve = client({ baseUrl: hop.url });
    await pve.version.get();
    await pve.version.get();
    expect(hop.connections()).toBe(1);
    await failureOf(pve.nodes("ghost").status.get());
    await pve.version.get();
    expect(hop.connections()).toBe(2);
  });

  it("that break after a POST went out do not make it go out again", async () => {
    const near: Socket[] = [];
    await using hop = await startHop((socket) => near.push(socket));
    const pve = client({ baseUrl: hop.url });
    await pve.version.get();
    // The kept connection dies without the client hearing of it before it writes.
    const [kept] = near;
    kept?.unpipe();
    kept?.once("readable", () => kept.resetAndDestroy());
    const error = await failureOf(pve.nodes("pve2").qemu(103).status.stop.post());
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "reset", sent: "maybe" });
    expect(hop.connections()).toBe(1);
  });

  it("that break under a GET are replaced", async () => {
    const near: Socket[] = [];
    await using hop = await startHop((socket) => near.push(socket));
    const pve = client({ baseUrl: hop.url });
    await pve.version.get();
    const [kept] = near;
    kept?.unpipe();
    kept?.once("readable", () => kept.resetAndDestroy());
    expect(await pve.nodes.get()).toHaveLength(3);
    expect(hop.connections()).toBe(2);
  });
});
