import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

const agent = "/nodes/pve1/qemu/100/agent";

describe("commands inside a guest", () => {
  test("run, and are forgotten once their end has been told", async () => {
    const { get, post } = call();
    const { pid } = object(await post(`${agent}/exec`, { command: "hostname" }));
    expect((await get(`${agent}/exec-status?pid=${pid}`)).data).toEqual({
      exited: 1,
      exitcode: 0,
      "out-data": "web01\n",
    });
    expect((await get(`${agent}/exec-status?pid=${pid}`)).reason).toBe(`Agent error: PID ${pid} does not exist`);
  });

  test("take their time on the simulator's clock", async () => {
    const { sim, get } = call();
    const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
    const body = new URLSearchParams([
      ["command", "sleep"],
      ["command", "5"],
    ]);
    const started = await sim.fetch(`${sim.baseUrl}/api2/json${agent}/exec`, { method: "POST", headers, body });
    const { data } = (await started.json()) as { data: { pid: number } };
    expect((await get(`${agent}/exec-status?pid=${data.pid}`)).data).toEqual({ exited: 0 });
    await sim.clock.advance(6000);
    expect(object(await get(`${agent}/exec-status?pid=${data.pid}`))).toMatchObject({ exited: 1, exitcode: 0 });
  });

  test("end with their exit code; a command line is not split", async () => {
    const { get, post } = call();
    const { pid } = object(await post(`${agent}/exec`, { command: "false" }));
    expect(object(await get(`${agent}/exec-status?pid=${pid}`))["exitcode"]).toBe(1);
    expect((await post(`${agent}/exec`, { command: "echo hello" })).reason).toMatch(/Failed to execute child process/);
    const echoed = object(await post(`${agent}/exec`, { command: "cat", "input-data": "from outside" }));
    expect(object(await get(`${agent}/exec-status?pid=${echoed["pid"]}`))["out-data"]).toBe("from outside");
  });
});

describe("files inside a guest", () => {
  test("are written and read, whole or in part", async () => {
    const { get, post } = call();
    expect((await post(`${agent}/file-write`, { file: "/tmp/x", content: "hello" })).data).toBeNull();
    expect((await get(`${agent}/file-read?file=/tmp/x`)).data).toEqual({ content: "hello", "bytes-read": 5 });
    expect((await get(`${agent}/file-read?file=/tmp/x&offset=1&count=2`)).data).toEqual({
      content: "el",
      "bytes-read": 2,
      truncated: 1,
    });
    await post(`${agent}/file-write`, { file: "/tmp/y", content: "aGk=", encode: 0 });
    expect(object(await get(`${agent}/file-read?file=/tmp/y`))["content"]).toBe("hi");
  });

  test("need a folder and exist only when written", async () => {
    const { get, post } = call();
    expect((await get(`${agent}/file-read?file=/missing`)).reason).toBe(
      "Agent error: failed to open file '/missing' (mode: 'rb'): No such file or directory",
    );
    expect((await post(`${agent}/file-write`, { file: "/missing/x", content: "a" })).status).toBe(500);
    expect((await post(`${agent}/file-write`, { file: "/tmp/x", content: "–" })).reason).toMatch(/^Wide character/);
  });
});

describe("the agent", () => {
  test("freezes and thaws", async () => {
    const { post } = call();
    expect((await post(`${agent}/fsfreeze-freeze`)).data).toEqual({ result: 1 });
    expect((await post(`${agent}/fsfreeze-status`)).data).toEqual({ result: "frozen" });
    expect((await post(`${agent}/fsfreeze-thaw`)).data).toEqual({ result: 1 });
    expect((await post(agent, { command: "fsfreeze-status" })).data).toEqual({ result: "thawed" });
  });

  test("tells about disks, users, processors and memory", async () => {
    const { get, post } = call();
    const result = async (what: string): Promise<unknown> => object(await get(`${agent}/${what}`))["result"];
    expect(await result("get-fsinfo")).toMatchObject([{ mountpoint: "/", type: "ext4" }]);
    expect(await result("get-users")).toMatchObject([{ user: "root" }]);
    expect(await result("get-vcpus")).toHaveLength(2);
    expect(await result("get-memory-blocks")).toHaveLength(32);
    expect(await result("get-memory-block-info")).toEqual({ size: 134217728 });
    expect(await result("info")).toMatchObject({ version: expect.any(String) });
    expect(object(await post(`${agent}/fstrim`))["result"]).toMatchObject({ paths: [{ path: "/" }] });
  });

  test("suspends, sets passwords and shuts the guest down", async () => {
    const { sim, post } = call();
    expect((await post(`${agent}/set-user-password`, { username: "root", password: "geheim1" })).data).toEqual({
      result: {},
    });
    expect((await post(`${agent}/set-user-password`, { username: "root", password: "x" })).errors).toEqual({
      password: "value must be at least 5 characters long",
    });
    expect(object(await post(`${agent}/suspend-hybrid`))["result"]).toMatchObject({
      error: { class: "CommandNotFound" },
    });
    await post(`${agent}/shutdown`);
    await sim.clock.advance(5000);
    expect(sim.guest(100)?.status).toBe("stopped");
    expect((await post(`${agent}/suspend-disk`)).reason).toBe("VM 100 is not running");
  });

  test("that slept in RAM does not answer", async () => {
    const { post } = call();
    await post(`${agent}/suspend-ram`);
    expect((await post(`${agent}/fstrim`)).reason).toBe("QEMU guest agent is not running");
  });

  test.each([
    "exec-status?pid=1",
    "file-read?file=/x",
    "get-fsinfo",
    "get-users",
    "get-vcpus",
    "get-memory-blocks",
    "get-memory-block-info",
    "info",
  ])("%s needs an agent in the configuration", async (what) => {
    const answer = await call().get(`/nodes/pve1/qemu/104/agent/${what}`);
    expect([answer.status, answer.reason]).toEqual([500, "No QEMU guest agent configured"]);
  });
});

describe("cloud-init", () => {
  test("settings wait while a guest runs, until the drive is made anew", async () => {
    const { get, put } = call();
    await put("/nodes/pve1/qemu/100/config", {
      ciuser: "admin",
      ipconfig0: "ip=10.0.0.5/24,gw=10.0.0.1",
      searchdomain: "example.com",
    });
    await put("/nodes/pve1/qemu/100/config", { delete: "searchdomain" });
    await put("/nodes/pve1/qemu/100/config", { searchdomain: "example.com" });
    // The configuration has them at once; what waits is the drive.
    expect(items(await get("/nodes/pve1/qemu/100/pending"))).toContainEqual({ key: "ciuser", value: "admin" });
    expect(items(await get("/nodes/pve1/qemu/100/cloudinit"))).toEqual([
      { key: "ciuser", pending: "admin" },
      { key: "ipconfig0", pending: "ip=10.0.0.5/24,gw=10.0.0.1" },
      { key: "searchdomain", pending: "example.com" },
    ]);
    expect((await put("/nodes/pve1/qemu/100/cloudinit")).data).toBeNull();
    await put("/nodes/pve1/qemu/100/config", { ciuser: "root", delete: "searchdomain" });
    expect(items(await get("/nodes/pve1/qemu/100/cloudinit"))).toEqual([
      { key: "ciuser", value: "admin", pending: "root" },
      { key: "searchdomain", delete: 1 },
    ]);
    await put("/nodes/pve1/qemu/100/config", { ciuser: "admin", searchdomain: "example.com" });
    const settings = items(await get("/nodes/pve1/qemu/100/cloudinit"));
    expect(settings).toEqual([
      { key: "ciuser", value: "admin" },
      { key: "searchdomain", value: "example.com" },
    ]);
    expect((await get("/nodes/pve1/qemu/100/cloudinit/dump?type=user")).data).toBe(
      "#cloud-config\nhostname: web01\nmanage_etc_hosts: true\nfqdn: web01.example.com\nuser: admin\nchpasswd:\n  expire: False\nusers:\n  - default\npackage_upgrade: true\n",
    );
    const network = String((await get("/nodes/pve1/qemu/100/cloudinit/dump?type=network")).data);
    expect(network).toContain(
      "      - type: static\n        address: '10.0.0.5'\n        netmask: '255.255.255.0'\n        gateway: '10.0.0.1'\n",
    );
    expect((await get("/nodes/pve1/qemu/100/cloudinit/dump?type=meta")).data).toMatch(/^instance-id: [0-9a-f]{40}\n$/);
    expect((await get("/nodes/pve1/qemu/100/cloudinit/dump?type=bogus")).status).toBe(400);
  });

  test("Windows gets the form it understands; unknown and locked guests are refused", async () => {
    const { get, put } = call();
    await put("/nodes/pve1/qemu/104/config", { ostype: "win11" });
    expect((await get("/nodes/pve1/qemu/104/cloudinit/dump?type=network")).data).toMatch(
      /^auto lo\niface lo inet loopback\n\n/,
    );
    expect((await get("/nodes/pve1/qemu/999/cloudinit")).reason).toBe(
      "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist",
    );
    expect((await put("/nodes/pve1/qemu/999/cloudinit")).status).toBe(500);
  });
});

describe("monitor and keys", () => {
  test("commands that only look are answered, some change the guest", async () => {
    const { get, post } = call();
    const say = async (command: string): Promise<unknown> =>
      (await post("/nodes/pve1/qemu/100/monitor", { command })).data;
    expect(await say("info status")).toBe("VM status: running\r\n");
    await say("stop");
    expect(object(await get("/nodes/pve1/qemu/100/status/current"))["qmpstatus"]).toBe("paused");
    await say("cont");
    expect(await say("bogus")).toBe("unknown command: 'bogus'\r\n");
  });

  test("what is dangerous needs more", async () => {
    const { post, as } = call();
    const auditor = await as("auditorToken");
    const say = async (command: string): Promise<string> =>
      (await auditor.post("/nodes/pve1/qemu/100/monitor", { command })).reason;
    expect(await say("quit")).toBe("root-only command 'quit'");
    expect(await say("stop")).toBe("Permission check failed (/, Sys.Modify)");
    expect((await post("/nodes/pve1/qemu/104/monitor", { command: "info status" })).status).toBe(500);
  });

  test("keys are sent to a running VM, if they have a name", async () => {
    const { put, post } = call();
    expect((await put("/nodes/pve1/qemu/100/sendkey", { key: "ctrl-alt-delete" })).data).toBeNull();
    const unknown = await put("/nodes/pve1/qemu/100/sendkey", { key: "bogus" });
    expect([unknown.status, unknown.reason]).toEqual([400, "Bad Request"]);
    expect((await put("/nodes/pve1/qemu/104/sendkey", { key: "ret" })).reason).toBe("VM 104 not running");
    expect((await post("/nodes/pve1/qemu/104/dbus-vmstate", { action: "start" })).errors).toEqual({
      node: "VM 104 not running locally on node 'pve1'",
    });
    expect((await post("/nodes/pve1/qemu/100/dbus-vmstate", { action: "stop" })).status).toBe(200);
  });
});

describe("migration between clusters", () => {
  const endpoint = {
    "target-endpoint": "host=192.0.2.1,apitoken=PVEAPIToken=x@pve!t=zz",
    "target-bridge": "vmbr0",
    "target-storage": "local-lvm",
  };

  test("a tunnel makes an empty, locked guest that goes again when nobody comes", async () => {
    const { sim, post, get } = call();
    const opened = object(await post("/nodes/pve1/qemu/600/mtunnel"));
    expect(opened).toMatchObject({
      socket: "/run/qemu-server/600.mtunnel",
      ticket: expect.stringMatching(/^PVETUNNEL:/),
    });
    expect(sim.guest(600)?.lock).toBe("create");
    const query = new URLSearchParams({ socket: String(opened["socket"]), ticket: String(opened["ticket"]) });
    expect((await get(`/nodes/pve1/qemu/600/mtunnelwebsocket?${query}`)).status).toBe(200);
    await sim.clock.advance(301_000);
    expect(sim.guest(600)).toBeUndefined();
  });

  test.each(["qemu/100", "lxc/200"])(
    "%s: taken numbers, wrong tickets and unreachable clusters are refused",
    async (path) => {
      const { get, post } = call();
      const word = path.startsWith("qemu") ? "VM" : "CT";
      const vmid = path.slice(-3);
      expect((await post(`/nodes/pve1/${path}/mtunnel`)).errors).toEqual({
        vmid: `unable to create empty ${word} config - ${word} ${vmid} already exists on node 'pve1'\n`,
      });
      expect((await get(`/nodes/pve1/${path}/mtunnelwebsocket?socket=/run/x&ticket=bogus`)).reason).toBe(
        "permission denied - invalid PVETUNNEL ticket",
      );
      expect((await post(`/nodes/pve1/${path}/remote_migrate`, { ...endpoint, online: 1 })).reason).toBe(
        "Can't connect to 192.0.2.1:8006 (Network is unreachable)",
      );
    },
  );
});
