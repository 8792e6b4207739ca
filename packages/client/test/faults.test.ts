import { createServer } from "node:net";
import { describe, expect, it, test } from "vitest";
import { answerJson, failureOf, faultClient, SECRET, startFaultServer } from "./fault-server.js";

const START = "POST /nodes/{node}/qemu/{vmid}/status/start";
const guest = { node: "pve1", vmid: 100 };

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("what is sent", () => {
  it("is a form with everything encoded, the token in its header, and a length", async () => {
    await using server = await startFaultServer((response) => answerJson(response, null));
    const { pve } = faultClient(server.url);
    const net0 = { model: "virtio", macaddr: "BC:24:11:00:00:01", bridge: "vmbr0" } as const;
    await pve.nodes("pve1").qemu(100).config.put({ net0, onboot: true, description: "a;b=c&d", delete: "tags" });
    const [request] = server.arrived;
    expect(request?.method).toBe("PUT");
    expect(request?.url).toBe("/api2/json/nodes/pve1/qemu/100/config");
    expect(request?.body).toBe(
      "net0=virtio%3DBC%3A24%3A11%3A00%3A00%3A01%2Cbridge%3Dvmbr0&onboot=1&description=a%3Bb%3Dc%26d&delete=tags",
    );
    expect(request?.headers).toMatchObject({
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(request?.body.length),
      authorization: `PVEAPIToken=root@pam!test=${SECRET}`,
    });
    expect(request?.headers["transfer-encoding"]).toBeUndefined();
  });

  it("puts the parameters of a DELETE into the query, without a body", async () => {
    await using server = await startFaultServer((response) => answerJson(response, null));
    const { pve } = faultClient(server.url);
    await pve.call("DELETE /nodes/{node}/storage/{storage}/content/{volume}", {
      node: "pve1",
      storage: "local",
      volume: "local:iso/debian 12.iso",
      delay: 5,
    });
    const [request] = server.arrived;
    expect(request?.url).toBe("/api2/json/nodes/pve1/storage/local/content/local%3Aiso%2Fdebian%2012.iso?delay=5");
    expect(request?.body).toBe("");
    expect(request?.headers["content-type"]).toBeUndefined();
  });

  it("keeps a path that a proxy puts in front, and adds /api2/json only once", async () => {
    await using server = await startFaultServer((response) => answerJson(response, []));
    await faultClient(`${server.url}/pve/api2/json/`).pve.nodes.get();
    expect(server.arrived[0]?.url).toBe("/pve/api2/json/nodes");
  });

  it("repeats the key of an array", async () => {
    await using server = await startFaultServer((response) => answerJson(response, { pid: 1 }));
    const { pve } = faultClient(server.url);
    await pve
      .nodes("pve1")
      .qemu(100)
      .agent.exec.post({ command: ["ls", "-l"] });
    expect(server.arrived[0]?.body).toBe("command=ls&command=-l");
  });
});

describe("an answer that is not PVE's", () => {
  test.each([
    ["HTML", "text/html", "<html>login</html>", /HTML/],
    ["cut JSON", "application/json", '{"data":[{"node":"pv', /cut JSON/],
    ["nothing at all", "application/json", "", /answered with nothing/],
  ])("%s is a protocol error", async (_, type, body, want) => {
    await using server = await startFaultServer((response) => {
      response.writeHead(200, { "content-type": type, "content-length": body.length }).end(body);
    });
    const error = await failureOf(faultClient(server.url).pve.nodes.get());
    expect(error).toMatchObject({ code: "PVE_PROTOCOL", operation: "GET /nodes", status: 200 });
    expect(String(error)).toMatch(want);
  });

  it("is not followed when it is a redirect", async () => {
    await using server = await startFaultServer((response) =>
      response.writeHead(308, { location: "/elsewhere" }).end(),
    );
    const error = await failureOf(faultClient(server.url).pve.call(START, guest));
    expect(error).toMatchObject({ code: "PVE_PROTOCOL", status: 308 });
    expect(server.arrived).toHaveLength(1);
  });

  it("is a protocol error when a task was promised and none is named", async () => {
    await using server = await startFaultServer((response) => answerJson(response, "done"));
    expect(await failureOf(faultClient(server.url).pve.call(START, guest))).toMatchObject({ code: "PVE_PROTOCOL" });
  });
});

describe("a null result", () => {
  it("is an empty list where the operation returns a list, and null elsewhere", async () => {
    await using server = await startFaultServer((response) => answerJson(response, null));
    const { pve } = faultClient(server.url);
    expect(await pve.nodes.get()).toEqual([]);
    expect(await pve.call("GET /nodes", {}, { decode: "raw" })).toBeNull();
    expect(await pve.nodes("pve1").qemu(100).config.put({ cores: 2 })).toBeNull();
  });
});

describe("a broken connection", () => {
  it("lets a GET try twice more, and says what happened when all fail", async () => {
    await using server = await startFaultServer((response) => response.socket?.resetAndDestroy());
    const { pve, pauses } = faultClient(server.url);
    expect(await failureOf(pve.nodes.get())).toMatchObject({ code: "PVE_CONNECTION", kind: "reset", sent: "maybe" });
    expect(server.arrived).toHaveLength(3);
    expect(pauses).toEqual([250, 1000]);
  });

  it("lets a GET succeed on its second try", async () => {
    await using server = await startFaultServer((response, _, number) => {
      if (number === 1) response.socket?.destroy();
      else answerJson(response, [{ node: "pve1" }]);
    });
    expect(await faultClient(server.url).pve.nodes.get()).toEqual([{ node: "pve1" }]);
  });

  it("in the middle of a body is no answer", async () => {
    await using server = await startFaultServer((response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": 100 });
      response.write('{"data":', () => response.socket?.destroy());
    });
    const error = await failureOf(faultClient(server.url).pve.call(START, guest));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "reset", sent: "maybe" });
    expect(server.arrived).toHaveLength(1);
  });

  test.each(["POST", "PUT", "DELETE"] as const)("never sends a %s again once it was sent", async (method) => {
    await using server = await startFaultServer((response) => response.socket?.resetAndDestroy());
    const { pve } = faultClient(server.url);
    const calls = {
      POST: () => pve.call(START, guest),
      PUT: () => pve.nodes("pve1").qemu(100).config.put({ cores: 1 }),
      DELETE: () => pve.nodes("pve1").qemu(100).delete(),
    };
    expect(await failureOf(calls[method]())).toMatchObject({ code: "PVE_CONNECTION", sent: "maybe" });
    expect(server.arrived).toHaveLength(1);
  });

  it("sends even a POST again when nobody listened, since nothing was sent", async () => {
    const port = await closedPort();
    const { pve, pauses } = faultClient(`http://127.0.0.1:${port}`);
    const error = await failureOf(pve.call(START, guest));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "refused", sent: "no" });
    expect(String(error)).toMatch(
      new RegExp(`${START.replaceAll(/[{}]/g, "\\$&")} to 127.0.0.1:${port}: nothing listens`),
    );
    expect(pauses).toHaveLength(2);
  });

  it("says so when a name cannot be resolved", async () => {
    const error = await failureOf(faultClient("http://no-such-host.invalid:8006").pve.nodes.get());
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "dns", sent: "no" });
  });
});

describe("a node that cannot be reached through the one that was asked", () => {
  test.each([502, 503, 504, 595, 596, 599])("a GET is asked again after %i", async (status) => {
    await using server = await startFaultServer((response, _, number) =>
      answerJson(response, [], number < 3 ? status : 200, "x"),
    );
    expect(await faultClient(server.url).pve.nodes.get()).toEqual([]);
    expect(server.arrived).toHaveLength(3);
  });

  it("a POST is not, because it may have happened", async () => {
    await using server = await startFaultServer((response) => answerJson(response, null, 596, "Connection timed out"));
    const error = await failureOf(faultClient(server.url).pve.call(START, guest));
    expect(error).toMatchObject({
      code: "PVE_REQUEST",
      status: 596,
      kind: "node-unreachable",
      reason: "Connection timed out",
      operation: START,
    });
    expect(server.arrived).toHaveLength(1);
  });

  it("a refusal is not asked again", async () => {
    await using server = await startFaultServer((response) => answerJson(response, null, 500, "VM is locked (backup)"));
    expect(await failureOf(faultClient(server.url).pve.nodes.get())).toMatchObject({ kind: "locked" });
    expect(server.arrived).toHaveLength(1);
  });
});

describe("a call that takes too long", () => {
  it("is given up after its own timeout", async () => {
    await using server = await startFaultServer(() => undefined);
    const { pve } = faultClient(server.url);
    const error = await failureOf(pve.nodes.get({}, { timeout: 20 }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "timeout", sent: "maybe" });
  });

  it("is given up after the client's timeout, in the middle of a body as well", async () => {
    await using server = await startFaultServer((response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": 100 });
      response.write('{"data":');
    });
    const { pve } = faultClient(server.url, { timeout: 20 });
    expect(await failureOf(pve.nodes.get())).toMatchObject({ code: "PVE_CONNECTION", kind: "timeout" });
  });

  it("ends when the caller aborts, with and without a request under way", async () => {
    const controller = new AbortController();
    await using server = await startFaultServer(() => controller.abort());
    const { pve } = faultClient(server.url);
    const { signal } = controller;
    expect(await failureOf(pve.nodes.get({}, { signal }))).toMatchObject({ kind: "aborted", sent: "maybe" });
    expect(await failureOf(pve.nodes.get({}, { signal }))).toMatchObject({ kind: "aborted" });
    expect(server.arrived).toHaveLength(1);
  });
});

describe("pve.http", () => {
  it("carries credentials and PVE's encodings, and leaves the judging to its caller", async () => {
    await using server = await startFaultServer((response, { method }) =>
      answerJson(response, null, method === "GET" ? 200 : 500, "does not exist"),
    );
    const { pve } = faultClient(server.url);
    const list = await pve.http.GET("/nodes/{node}/qemu", {
      params: { path: { node: "pve1" }, query: { full: true } },
    });
    expect(list.data).toEqual({ data: null });
    const put = await pve.http.PUT("/nodes/{node}/qemu/{vmid}/config", {
      params: { path: { node: "pve1", vmid: 100 } },
      body: { onboot: true },
    });
    expect(put.response.statusText).toBe("does not exist");
    expect(server.arrived.map(({ url, body }) => [url, body])).toEqual([
      ["/api2/json/nodes/pve1/qemu?full=1", ""],
      ["/api2/json/nodes/pve1/qemu/100/config", "onboot=1"],
    ]);
    expect(server.arrived[0]?.headers.authorization).toMatch(/^PVEAPIToken=/);
  });

  it("refuses a path value that would call something else", async () => {
    const { pve } = faultClient("http://127.0.0.1:1");
    const error = await failureOf(pve.http.GET("/nodes/{node}/status", { params: { path: { node: ".." } } }));
    expect(error).toMatchObject({ code: "PVE_PARAMETER", field: "node" });
  });

  it("runs its middleware for calls as well", async () => {
    await using server = await startFaultServer((response) => answerJson(response, []));
    const { pve } = faultClient(server.url);
    pve.http.use({
      onRequest: ({ request }) => {
        request.headers.set("x-request-id", "42");
        return request;
      },
    });
    await pve.nodes.get();
    expect(server.arrived[0]?.headers["x-request-id"]).toBe("42");
  });
});
