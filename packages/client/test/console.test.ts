import { X509Certificate } from "node:crypto";
import { getEventListeners } from "node:events";
import {
  type Console,
  createClient,
  type NodeClientOptions,
  openTerminal,
  spiceConfig,
  vncConnection,
} from "@pve/client/node";
import { describe, expect, it, vi } from "vitest";
import { nodeCertificate } from "./certificates.js";
import { failureOf, SECRET } from "./fault-server.js";
import { simulated } from "./simulated.js";
import { startTerminalServer, type TerminalServer, TICKET } from "./terminal-server.js";

const fingerprint256 = new X509Certificate(nodeCertificate.cert).fingerprint256;
const TOKEN = `root@pam!test=${SECRET}`;
const guest = { vmid: 100, node: "pve1", kind: "qemu" } as const;
/** As of a login in this second. */
const ticketAuth = {
  ticket: `PVE:root@pam:${Math.floor(Date.now() / 1000)
    .toString(16)
    .toUpperCase()}::sig`,
  csrfToken: "6B00FB2A:x",
  username: "root@pam",
};

function client(server: TerminalServer, options: Partial<NodeClientOptions> = {}) {
  const auth = { token: TOKEN };
  return createClient({ baseUrl: server.url, auth, tls: { fingerprint256 }, ...options });
}

/** Reads until the output ends so; the terminal stays open. */
async function readUntil(output: AsyncIterator<Uint8Array>, ending: string): Promise<string> {
  let text = "";
  while (!text.endsWith(ending)) {
    const step = await output.next();
    if (step.done === true) throw new Error(`the output ended: ${text}`);
    text += new TextDecoder().decode(step.value);
  }
  return text;
}

const outputOf = (terminal: Console) => terminal[Symbol.asyncIterator]();

describe("a terminal", () => {
  it("logs in, types, hears, tells its size and is closed", async () => {
    await using server = await startTerminalServer();
    const terminal = await openTerminal(client(server), { vmid: 100, columns: 120, rows: 40 });
    expect(terminal).toMatchObject({ node: "pve1", upid: expect.stringContaining(":termproxy:100:") });
    const output = outputOf(terminal);
    await terminal.write("echo é\r");
    expect(await readUntil(output, "\r")).toBe("echo é\r");
    terminal.resize(80, 24);
    await terminal.write("x");
    await readUntil(output, "x");
    await terminal.close();
    expect(await output.next()).toEqual({ done: true, value: undefined });
    expect(server.logins).toEqual([`root@pam:${TICKET}\n`]);
    expect(server.events).toEqual([{ size: [120, 40] }, { input: "echo é\r" }, { size: [80, 24] }, { input: "x" }]);
    const [upgrade] = server.upgrades;
    expect(upgrade?.headers).toMatchObject({
      authorization: `PVEAPIToken=${TOKEN}`,
      "sec-websocket-protocol": "binary",
    });
    const url = new URL(upgrade?.url ?? "", server.url);
    expect(url.pathname).toBe("/api2/json/nodes/pve1/qemu/100/vncwebsocket");
    expect(Object.fromEntries(url.searchParams)).toEqual({ port: "5900", vncticket: TICKET });
  });

  it("of a container or a node goes to its own path", async () => {
    await using server = await startTerminalServer();
    const pve = client(server, { auth: ticketAuth });
    await (await openTerminal(pve, { vmid: 200, node: "pve2", kind: "lxc" })).close();
    await (await openTerminal(pve, { node: "pve3" })).close();
    expect(server.calls.filter((call) => call.startsWith("POST"))).toEqual([
      "POST /nodes/pve2/lxc/200/termproxy",
      "POST /nodes/pve3/termproxy",
    ]);
    expect(server.upgrades.map(({ url }) => url?.split("?")[0])).toEqual([
      "/api2/json/nodes/pve2/lxc/200/vncwebsocket",
      "/api2/json/nodes/pve3/vncwebsocket",
    ]);
  });

  it("loses no output that comes together with the OK, in one message or right after it", async () => {
    const greet = (socket: { send: (text: string) => void }) => {
      socket.send("O");
      socket.send("Kroot");
      socket.send("@pve1");
      socket.send(":~# ");
    };
    await using server = await startTerminalServer({ greet });
    await using terminal = await openTerminal(client(server), guest);
    expect(await readUntil(outputOf(terminal), "# ")).toBe("root@pve1:~# ");
  });

  it("gives all of a long output to a slow reader, and ends with the session", async () => {
    const size = 3_000_000;
    const greet = (socket: { send: (data: string | Buffer) => void; close: () => void }) => {
      socket.send("OK");
      for (let sent = 0; sent < size; sent += 100_000) socket.send(Buffer.alloc(100_000, sent / 100_000));
      socket.close();
    };
    await using server = await startTerminalServer({ greet });
    const terminal = await openTerminal(client(server), guest);
    const pieces: Uint8Array[] = [];
    for await (const piece of terminal) {
      pieces.push(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const whole = Buffer.concat(pieces);
    expect(whole).toHaveLength(size);
    expect(whole.every((byte, n) => byte === Math.floor(n / 100_000))).toBe(true);
    expect(await failureOf(terminal.write("late"))).toMatchObject({ code: "PVE_CONNECTION", kind: "reset" });
  });

  it("keeps the connection alive, and stops when it is closed", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      await using server = await startTerminalServer();
      const terminal = await openTerminal(client(server), guest);
      vi.advanceTimersByTime(65_000);
      await terminal.write("x");
      await readUntil(outputOf(terminal), "x");
      expect(server.events).toEqual([{ ping: true }, { ping: true }, { input: "x" }]);
      await terminal.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("turns down a size that is none", async () => {
    await using server = await startTerminalServer();
    await using terminal = await openTerminal(client(server), guest);
    expect(() => terminal.resize(0, 24)).toThrow(expect.objectContaining({ code: "PVE_PARAMETER", field: "size" }));
  });
});

describe("a terminal is not opened", () => {
  it("at a server with another certificate, and no ticket gets there", async () => {
    await using server = await startTerminalServer();
    const pve = client(server, { tls: { fingerprint256: "AB:".repeat(31).concat("AB") } });
    const error = await failureOf(openTerminal(pve, { vmid: 100, node: "pve1", kind: "qemu" }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "tls-pin", sent: "no", seen: fingerprint256 });
    expect(server.calls).toEqual([]);
  });

  it("at a server that changed its certificate after the ticket was given", async () => {
    await using server = await startTerminalServer();
    let calls = 0;
    // Trusts twice (version, termproxy come over one connection each) and then no more.
    const store = {
      get: () => {
        calls += 1;
        return calls === 1 ? fingerprint256 : "AB:".repeat(31).concat("AB");
      },
      set: () => undefined,
    };
    const pve = client(server, { tls: { trustOnFirstUse: store } });
    const error = await failureOf(openTerminal(pve, guest));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "tls-pin", sent: "no" });
    expect(server.upgrades).toEqual([]);
  });

  it("by an API token where the release refuses that, which is said before anything is opened", async () => {
    await using server = await startTerminalServer({ release: "8.4" });
    const error = await failureOf(openTerminal(client(server), guest));
    expect(error).toMatchObject({ code: "PVE_CONFIG" });
    expect(String(error)).toMatch(/from Proxmox VE 9\.1 on, and this is 8\.4; .* username and password/);
    expect(server.calls).toEqual(["GET /version"]);
  });

  it("of a node by an API token, which PVE would take for the name of a user", async () => {
    await using server = await startTerminalServer();
    for (const open of [openTerminal, vncConnection]) {
      const error = await failureOf(open(client(server), { node: "pve1" }));
      expect(error).toMatchObject({ code: "PVE_CONFIG" });
      expect(String(error)).toContain("username and password");
    }
    expect(server.calls).toEqual([]);
  });

  it("when PVE refuses the web socket", async () => {
    await using server = await startTerminalServer({ refuse: [401, "permission denied - invalid PVEVNC ticket"] });
    const error = await failureOf(openTerminal(client(server), guest));
    expect(error).toMatchObject({ code: "PVE_REQUEST", status: 401, kind: "authentication" });
    expect(String(error)).toContain("invalid PVEVNC ticket");
    expect(String(error)).not.toContain(TICKET);
  });

  it("when a proxy does not pass web sockets on", async () => {
    await using server = await startTerminalServer({ refuse: [200, "OK"] });
    expect(await failureOf(openTerminal(client(server), guest))).toMatchObject({ code: "PVE_PROTOCOL" });
  });

  it("when the terminal does not accept the login, or just closes", async () => {
    await using denying = await startTerminalServer({ greet: (socket) => socket.send("permission denied") });
    expect(await failureOf(openTerminal(client(denying), guest))).toMatchObject({ code: "PVE_PROTOCOL" });
    await using closing = await startTerminalServer({ greet: (socket) => socket.close() });
    const error = await failureOf(openTerminal(client(closing), guest));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "reset" });
    expect(String(error)).not.toContain(TICKET);
  });

  it("when its signal has fired", async () => {
    await using server = await startTerminalServer();
    const signal = AbortSignal.abort();
    const work = openTerminal(client(server, { auth: ticketAuth }), { node: "pve1", signal });
    expect(await failureOf(work)).toMatchObject({ code: "PVE_CONNECTION", kind: "aborted" });
    expect(server.upgrades).toEqual([]);
  });

  it("when its signal fires while the login waits for an answer", async () => {
    const controller = new AbortController();
    await using server = await startTerminalServer({ greet: () => controller.abort() });
    const work = openTerminal(client(server), { ...guest, signal: controller.signal });
    expect(await failureOf(work)).toMatchObject({ code: "PVE_CONNECTION", kind: "aborted", sent: "maybe" });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("when nobody answers the upgrade", async () => {
    await using server = await startTerminalServer({ refuse: "silently" });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const work = failureOf(openTerminal(client(server, { auth: ticketAuth }), guest));
      while (server.upgrades.length === 0) await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(20_000);
      expect(await work).toMatchObject({ code: "PVE_CONNECTION", kind: "timeout", sent: "maybe" });
    } finally {
      vi.useRealTimers();
    }
  });
});

it("a ticket opens a terminal on any release, without asking for it", async () => {
  await using server = await startTerminalServer({ release: "8.4" });
  await (await openTerminal(client(server, { auth: ticketAuth }), { node: "pve1" })).close();
  expect(server.calls).toEqual(["POST /nodes/pve1/termproxy"]);
  expect(server.upgrades[0]?.headers.cookie).toBe(`PVEAuthCookie=${encodeURIComponent(ticketAuth.ticket)}`);
});

describe("a viewer", () => {
  it("of VNC gets address, credentials and password", async () => {
    await using server = await startTerminalServer();
    const vnc = await vncConnection(client(server), { vmid: 100 });
    expect(vnc).toMatchObject({ node: "pve1", port: 5900, ticket: TICKET, password: TICKET, user: "root@pam" });
    expect(vnc.url).toBe(
      `${server.url.replace("https", "wss")}/api2/json/nodes/pve1/qemu/100/vncwebsocket?port=5900&vncticket=${encodeURIComponent(TICKET)}`,
    );
    expect(vnc.headers).toEqual({ authorization: `PVEAPIToken=${TOKEN}` });
  });

  it("of SPICE gets a file for remote-viewer", async () => {
    await using server = await startTerminalServer();
    const { settings, file } = await spiceConfig(client(server), { vmid: 100, node: "pve1", kind: "qemu" });
    expect(settings).toMatchObject({ type: "spice", "tls-port": 61000 });
    expect(file).toBe("[virt-viewer]\ntype=spice\nhost=x\ntls-port=61000\n");
  });
});

it("a client with a transport of its own is told that it opens no terminals, before anything is sent", async () => {
  const { pve, sim } = simulated();
  const error = await failureOf(openTerminal(pve, { vmid: 100 }));
  expect(error).toMatchObject({ code: "PVE_CONFIG", message: expect.stringContaining("@pve/client/node") });
  expect(sim.requests()).toEqual([]);
});
