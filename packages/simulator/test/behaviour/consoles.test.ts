import { Buffer } from "node:buffer";
import { connect, type TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { createShell } from "../../src/console-shell.js";
import { type Caller, call, object } from "./caller.js";

/** A websocket of our own making, so that nothing is agreed with the simulator's side of it. */
interface Wire {
  /** Waits until the simulator has said this. */
  until(text: string): Promise<string>;
  say(text: string): void;
  head(): string;
}

async function dial(caller: Caller, path: string, query: Record<string, string>): Promise<Wire> {
  const { sim } = caller;
  const { url, certificate } = await sim.listen();
  onTestFinished(() => sim.close());
  const { port } = new URL(url);
  const socket: TLSSocket = connect({ host: "127.0.0.1", port: Number(port), ca: certificate });
  let heard = Buffer.alloc(0);
  let wake = (): void => {};
  socket.on("data", (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    wake();
  });
  const authorization = `PVEAPIToken=${sim.credentials.token}`;
  const head = [
    `GET /api2/json${path}?${new URLSearchParams(query)} HTTP/1.1`,
    "Host: localhost",
    `Authorization: ${authorization}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: binary",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  const wire: Wire = {
    head: () => heard.toString("latin1").split("\r\n\r\n")[0] ?? "",
    async until(text) {
      while (!heard.toString("latin1").includes(text)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return heard.toString("latin1");
    },
    say(text) {
      const data = Buffer.from(text);
      const mask = Buffer.from([1, 2, 3, 4]);
      const length = data.length < 126 ? [0x80 | data.length] : [0x80 | 126, data.length >> 8, data.length & 255];
      const masked = data.map((byte, n) => byte ^ (mask[n % 4] ?? 0));
      socket.write(Buffer.concat([Buffer.from([0x82, ...length]), mask, masked]));
    },
  };
  await wire.until("\r\n\r\n");
  return wire;
}

const type = (text: string): string => `0:${Buffer.byteLength(text)}:${text}`;

describe("a terminal", () => {
  test("works over a websocket, from the ticket to the end", async () => {
    const caller = call();
    const opened = object(await caller.post("/nodes/pve1/lxc/200/termproxy"));
    const { ticket, port, user, upid } = opened as Record<string, string>;
    expect([user, port]).toEqual(["root@pam!full", "5900"]);
    const wire = await dial(caller, "/nodes/pve1/lxc/200/vncwebsocket", {
      port: String(port),
      vncticket: String(ticket),
    });
    expect(wire.head()).toMatch(/^HTTP\/1\.1 101 /);
    expect(wire.head()).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    expect(wire.head()).toContain("Sec-WebSocket-Protocol: binary");
    wire.say(`${user}:${ticket}\n`);
    await wire.until("OK");
    await wire.until(":~# ");
    wire.say(type("echo hello there\r"));
    await wire.until("\r\nhello there\r\n");
    wire.say(type("exit\r"));
    await wire.until("logout");
    const ended = await caller.done({ status: 200, reason: "OK", data: upid, errors: undefined });
    expect(ended.exitstatus).toBe("OK");
  });

  test("on a VM without serial port says so", async () => {
    const caller = call();
    const { ticket, port, user } = object(await caller.post("/nodes/pve1/qemu/100/termproxy")) as Record<
      string,
      string
    >;
    const wire = await dial(caller, "/nodes/pve1/qemu/100/vncwebsocket", {
      port: String(port),
      vncticket: String(ticket),
    });
    wire.say(`${user}:${ticket}\n`);
    await wire.until("unable to find a serial interface");
  });

  test("that nobody opens goes away", async () => {
    const { post, done } = call();
    const { upid } = object(await post("/nodes/pve1/qemu/100/termproxy"));
    expect((await done({ status: 200, reason: "OK", data: upid, errors: undefined })).exitstatus).toBe(
      "connection timed out",
    );
  });
});

describe("a screen", () => {
  test("is handed out with password and certificate, and says that there is nothing to show", async () => {
    const caller = call();
    const opened = object(await caller.post("/nodes/pve1/qemu/100/vncproxy", { websocket: 1 }));
    expect(opened["ticket"]).toBe(`${opened["password"]}:${String(opened["ticket"]).slice(9)}`);
    expect(opened["cert"]).toMatch(/^-----BEGIN CERTIFICATE-----/);
    const query = { port: String(opened["port"]), vncticket: String(opened["ticket"]) };
    const wire = await dial(caller, "/nodes/pve1/qemu/100/vncwebsocket", query);
    await wire.until("RFB 003.008\n");
    wire.say("RFB 003.008\n");
    await wire.until("no screen");
    expect(object(await caller.post("/nodes/pve1/lxc/200/vncproxy"))["password"]).toHaveLength(8);
  });

  test("for the viewer program needs a port for it", async () => {
    const { post, put, done } = call();
    expect((await post("/nodes/pve1/qemu/100/spiceproxy")).reason).toBe("no spice port");
    expect((await post("/nodes/pve1/qemu/104/spiceproxy")).reason).toBe("VM 104 not running");
    await done(await post("/nodes/pve1/qemu/100/status/stop"));
    await put("/nodes/pve1/qemu/100/config", { vga: "qxl" });
    await done(await post("/nodes/pve1/qemu/100/status/start"));
    expect(object(await post("/nodes/pve1/qemu/100/spiceproxy"))).toMatchObject({ type: "spice", "tls-port": 61000 });
    expect(object(await post("/nodes/pve1/lxc/200/spiceproxy"))["title"]).toMatch(/^CT 200 - /);
    await done(await post("/nodes/pve1/lxc/200/status/stop"));
    expect((await post("/nodes/pve1/lxc/200/spiceproxy")).reason).toBe("CT 200 not running");
  });
});

describe("console tickets", () => {
  test("are bound to their path and good for seconds; without a websocket the answer is the port", async () => {
    const { sim, get, post } = call();
    const { ticket, port } = object(await post("/nodes/pve1/qemu/100/termproxy")) as Record<string, string>;
    const query = new URLSearchParams({ port: String(port), vncticket: String(ticket) });
    expect((await get(`/nodes/pve1/qemu/100/vncwebsocket?${query}`)).data).toEqual({ port });
    const refused = "permission denied - invalid PVEVNC ticket";
    expect((await get(`/nodes/pve1/qemu/104/vncwebsocket?${query}`)).reason).toBe(refused);
    expect((await get(`/nodes/pve1/lxc/200/vncwebsocket?${query}`)).reason).toBe(refused);
    expect((await get(`/nodes/pve1/vncwebsocket?${query}`)).reason).toBe(refused);
    await sim.clock.advance(60_000);
    expect((await get(`/nodes/pve1/qemu/100/vncwebsocket?${query}`)).reason).toBe(refused);
  });

  test("can be verified for who opened them, where and on which port", async () => {
    const { post } = call();
    const opened = object(await post("/nodes/pve1/qemu/100/termproxy")) as Record<string, string>;
    const { ticket = "", port = "", user = "" } = opened;
    const claim = { authid: user, path: "/vms/100", port, privs: "VM.Console", vncticket: ticket };
    expect(await post("/access/vncticket", claim)).toMatchObject({ status: 200, data: null });
    const wrong = [{ port: 5999 }, { path: "/vms/101" }, { authid: "alice@pve" }, { vncticket: "PVEVNC:0::x" }];
    for (const part of wrong) {
      expect((await post("/access/vncticket", { ...claim, ...part })).status).toBe(401);
    }
  });

  test.each(["qemu/999", "lxc/999"])("%s: no console without a guest", async (path) => {
    const { post } = call();
    for (const what of ["vncproxy", "termproxy", "spiceproxy"]) {
      expect((await post(`/nodes/pve1/${path}/${what}`)).reason).toMatch(/does not exist$/);
    }
  });
});

describe("a node's shell", () => {
  test("is for users, not for tokens", async () => {
    const { as, post } = call();
    for (const what of ["vncshell", "termproxy", "spiceshell"]) {
      expect((await post(`/nodes/pve1/${what}`)).reason).toBe(
        "value 'root@pam!full' does not look like a valid user name",
      );
    }
    const root = await as("root");
    const opened = object(await root.post("/nodes/pve1/termproxy")) as Record<string, string>;
    expect(opened["upid"]).toContain(":vncshell::root@pam:");
    const query = new URLSearchParams({ port: String(opened["port"]), vncticket: String(opened["ticket"]) });
    expect((await root.get(`/nodes/pve1/vncwebsocket?${query}`)).status).toBe(200);
    expect(object(await root.post("/nodes/pve1/vncshell", { websocket: 1 }))["cert"]).toMatch(/BEGIN CERTIFICATE/);
    expect(object(await root.post("/nodes/pve1/spiceshell"))["title"]).toBe("Shell on 'pve1'");
    expect((await (await as("auditorToken")).post("/nodes/pve1/termproxy")).status).toBe(403);
  });

  test("edits a line and knows a few commands", () => {
    const shell = createShell({ hostname: "pve1", since: 0, now: () => 90_061 });
    expect(shell.type("hostnamx\u007fe\r").output).toContain("\r\npve1\r\n");
    expect(shell.type("uptime\r").output).toContain("up 1 days, 1:01,");
    expect(shell.type("frobnicate\r").output).toContain("-bash: frobnicate: command not found");
    expect(shell.type("half\u0003").output).toContain("^C\r\n");
    expect(shell.type("\u0004").done).toBe(true);
  });
});
