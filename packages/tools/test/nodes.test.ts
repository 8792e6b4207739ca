import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

const node = { node_name: "pve1" };
const vlan = { ...node, "vlan-raw-device": "vmbr0", "vlan-id": 20 };

describe("a node", () => {
  it("shows its settings, and what was asked for besides", async () => {
    await using lab = openLab();

    const answer = await lab.run("get_node_config", { ...node, include: ["dns", "time", "hosts"] });

    expect(answer).toMatchObject({
      node: "pve1",
      dns: { search: expect.any(String) },
      time: { timezone: expect.any(String) },
      hosts: expect.stringContaining("localhost"),
    });
    expect(await lab.run("get_node_config", node)).not.toHaveProperty("dns");
  });

  it("shows what an update of its settings changed", async () => {
    await using lab = openLab();

    expect(await lab.run("update_node_config", { ...node, config: { description: "rack 4" } })).toMatchObject({
      changes: [{ key: "description", after: expect.stringContaining("rack 4") }],
    });
    expect(await failure(lab.run("update_node_config", { ...node, config: { colour: "red" } }))).toMatchObject({
      problems: { "config.colour": "no such option" },
    });
  });

  it("that does not exist is answered with how to find one that does", async () => {
    await using lab = openLab();
    const gone = { node_name: "pve9" };

    for (const name of [
      "get_node_dns",
      "get_node_disks",
      "get_node_logs",
      "get_node_cert",
      "get_node_network",
      "get_node_stats",
    ]) {
      expect(await failure(lab.run(name, gone))).toMatchObject({
        code: "TOOL_REFUSED",
        remedy: "There is no such node: get_nodes lists those there are.",
      });
    }
    expect(await failure(lab.run("reboot_node", gone))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      remedy: "There are: pve1, pve2, pve3.",
    });
  });

  it("says which guests go down with it, and what is left of the cluster", async () => {
    await using lab = openLab();
    await lab.run("shutdown_node", { node_name: "pve3" });
    await lab.sim.clock.advance(900_000);

    const answer = await lab.run("reboot_node", { node_name: "pve2" });

    expect(answer).toMatchObject({
      done: true,
      guests: expect.arrayContaining([expect.objectContaining({ vmid: 101 })]),
    });
    expect(answer.notes).toContainEqual(expect.stringContaining("Only 1 of 3 nodes"));
    expect(await failure(lab.run("shutdown_node", { node_name: "pve3" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: "node pve3 is offline already",
    });
  });

  it("reads its log from the end, without the cursors around it", async () => {
    await using lab = openLab();

    const answer = await lab.run("get_node_logs", { ...node, lines: 2 });

    expect(answer["lines"]).toHaveLength(2);
    expect(JSON.stringify(answer)).not.toMatch(/s=[0-9a-f]{32};i=/);
    expect(await lab.run("get_node_logs", { ...node, filter: "no such words" })).toMatchObject({
      lines: [],
      returned: 0,
    });
    expect(await failure(lab.run("get_node_logs", { ...node, since: "yesterday-ish" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
    });
  });

  it("says how long its certificates are good for, without their text", async () => {
    await using lab = openLab();

    const answer = await lab.run("get_node_cert", node);

    expect(answer).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ filename: "pve-ssl.pem", days_left: 678 })]),
    });
    expect(JSON.stringify(answer)).not.toContain("BEGIN CERTIFICATE");
  });

  it("installs nothing when its updates are prepared, and says so", async () => {
    await using lab = openLab();

    const answer = await lab.run("apply_node_updates", node);

    expect(answer).toMatchObject({ task: "finished", refreshed: true, installed: false });
    expect(answer.notes?.join(" ")).toContain("Nothing was installed");
    expect(lab.sim.requests().filter((request) => request.method !== "GET")).toHaveLength(1);
  });

  it("lists its disks", async () => {
    await using lab = openLab();

    expect(await lab.run("get_node_disks", node)).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ devpath: "/dev/nvme0n1", health: "PASSED" })]),
    });
    expect(await failure(lab.run("get_node_disks", { ...node, type: "floppy" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
    });
  });
});

describe("VLANs", () => {
  it("are staged, with the diff, and in force only once they are applied", async () => {
    await using lab = openLab();

    const staged = await lab.run("create_vlan", vlan);
    expect(staged).toMatchObject({
      applied: false,
      iface: "vmbr0.20",
      pending: expect.stringContaining("+iface vmbr0.20"),
    });
    expect(await lab.run("get_vlan_config", node)).toMatchObject({
      vlans: [{ iface: "vmbr0.20" }],
      pending: expect.any(String),
    });

    const applied = await lab.run("update_vlan", { ...node, iface: "vmbr0.20", apply: true });
    expect(applied).toMatchObject({ applied: true, exitstatus: "OK" });
    expect(await lab.run("get_node_network", { ...node, type: "vlan" })).not.toHaveProperty("pending");
  });

  it("do not put into force what somebody else has staged", async () => {
    await using lab = openLab();
    await lab.other.call("PUT /nodes/{node}/network/{iface}", {
      node: "pve1",
      iface: "vmbr1",
      type: "bridge",
      comments: "mine",
    });

    const error = await failure(lab.run("create_vlan", { ...vlan, apply: true }));

    expect(error).toMatchObject({ code: "TOOL_PRECONDITION", remedy: expect.stringContaining("#mine") });
    expect(await lab.run("get_vlan_config", node)).toMatchObject({ vlans: [] });
  });

  it("keep what an update does not mention", async () => {
    await using lab = openLab();
    await lab.run("create_vlan", { ...vlan, cidr: "10.20.0.11/24" });

    await lab.run("update_vlan", { ...node, iface: "vmbr0.20", comments: "cameras" });

    expect(await lab.run("get_vlan_config", node)).toMatchObject({
      vlans: [{ iface: "vmbr0.20", cidr: "10.20.0.11/24", comments: expect.stringContaining("cameras") }],
    });
  });

  it("are all that is changed or removed here", async () => {
    await using lab = openLab();

    for (const name of ["update_vlan", "delete_vlan"]) {
      expect(await failure(lab.run(name, { ...node, iface: "vmbr0" }))).toMatchObject({
        code: "TOOL_NOT_FOUND",
        message: "vmbr0 is no VLAN but of type bridge",
      });
      expect(await failure(lab.run(name, { ...node, iface: "vmbr7.1" }))).toMatchObject({ code: "TOOL_NOT_FOUND" });
    }
    expect(lab.sim.requests().every((request) => request.method === "GET")).toBe(true);
  });

  it("want a name, or what it is made from", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_vlan", { ...node, "vlan-id": 20 }))).toMatchObject({ code: "TOOL_ARGUMENT" });
    expect(lab.sim.requests()).toEqual([]);
  });
});

describe("recorded figures", () => {
  it("are summed up, with units, and shown only where asked for", async () => {
    await using lab = openLab();

    const answer = await lab.run("get_vm_stats", { vmid: 100, timeframe: "day", series: "cpu,frogs" });

    expect(answer).toMatchObject({
      vmid: 100,
      node: "pve1",
      step_seconds: 60,
      statistics: { cpu: { unit: "share of maxcpu, 0 to 1" }, maxmem: { unit: "bytes", trend: "steady" } },
      notes: [expect.stringContaining("no series frogs")],
    });
    const series = answer["series"] as readonly Readonly<Record<string, number>>[];
    const { cpu } = answer["statistics"] as {
      readonly cpu: { readonly min: number; readonly max: number; readonly last: number };
    };
    const readings = series.flatMap((row) => row["cpu"] ?? []);
    expect([Math.min(...readings), Math.max(...readings), readings.at(-1)]).toEqual([cpu.min, cpu.max, cpu.last]);
    expect(await lab.run("get_node_stats", node)).not.toHaveProperty("series");
  });

  it("want a span that PVE keeps, and a guest that is there", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("get_container_stats", { container_id: 200, timeframe: "minute" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
    });
    expect(await failure(lab.run("get_container_stats", { container_id: 999 }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
  });
});

describe("get_vm_console", () => {
  it("says where to connect, and keeps the ticket apart", async () => {
    await using lab = openLab();

    const answer = await lab.run("get_vm_console", { vmid: 100 });

    expect(answer).toMatchObject({
      kind: "vnc",
      ticket_saved_to: "/secrets/console-100-vnc",
      port: expect.any(Number),
    });
    expect(answer["websocket"]).toBe(`/api2/json/nodes/pve1/qemu/100/vncwebsocket?port=${String(answer["port"])}`);
    expect(JSON.stringify(answer)).not.toContain("PVEVNC");
  });

  it("needs a guest that runs, and a kind that there is", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("get_vm_console", { vmid: 103 }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      remedy: "start_vm starts it.",
    });
    expect(await failure(lab.run("get_vm_console", { vmid: 100, kind: "telnet" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
    });
    expect(await failure(lab.run("get_vm_console", { vmid: 999 }))).toMatchObject({ code: "TOOL_NOT_FOUND" });
    expect(lab.secrets.size).toBe(0);
  });
});
