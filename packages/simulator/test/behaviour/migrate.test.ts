import { describe, expect, test } from "vitest";
import { call, object } from "./caller.js";

describe("migration", () => {
  test("the precondition tells what is local and where the VM may go", async () => {
    const { get } = call();
    const state = object(await get("/nodes/pve1/qemu/100/migrate"));
    expect(state).toMatchObject({
      running: 1,
      allowed_nodes: ["pve2", "pve3"],
      not_allowed_nodes: {},
      local_resources: [],
    });
    expect(state["local_disks"]).toMatchObject([{ volid: "local-lvm:vm-100-disk-0", drivename: "scsi0", cdrom: 0 }]);
    const container = object(await get("/nodes/pve1/lxc/200/migrate"));
    expect(container).toEqual({ running: 1, "allowed-nodes": ["pve2", "pve3"], "not-allowed-nodes": {} });
  });

  test("a VM on shared storage moves while it runs, and its old node forgets it", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post("/nodes/pve2/qemu/101/migrate", { target: "pve3", online: 1 }));
    expect(ended.upid).toContain(":qmigrate:101:");
    expect(ended.log[0]).toMatch(/ starting migration of VM 101 to node 'pve3' \(10\.10\.10\.13\)$/);
    expect(ended.log.at(-2)).toMatch(/ migration finished successfully \(duration 00:00:0\d\)$/);
    expect(pve.sim.guest(101)).toMatchObject({ node: "pve3", status: "running" });
    expect((await pve.get("/nodes/pve2/qemu/101/config")).reason).toBe(
      "Configuration file 'nodes/pve2/qemu-server/101.conf' does not exist",
    );
  });

  test("what cannot work is refused at once", async () => {
    const pve = call();
    const path = "/nodes/pve2/qemu/101/migrate";
    expect((await pve.post(path, { target: "pve2" })).errors).toEqual({ target: "target is local node." });
    expect((await pve.post(path, { target: "nosuch" })).reason).toBe("no such cluster node 'nosuch'");
    expect((await pve.post(path, { target: "pve3" })).reason).toBe("can't migrate running VM without --online");
    expect((await pve.post("/nodes/pve1/lxc/200/migrate", { target: "pve2" })).reason).toBe(
      "can't migrate running container without --online or --restart",
    );
  });

  test("local disks of a running VM stop it unless they may come along", async () => {
    const pve = call();
    const path = "/nodes/pve1/qemu/100/migrate";
    const refused = await pve.done(await pve.post(path, { target: "pve2", online: 1 }));
    expect(refused.exitstatus).toBe("migration aborted");
    expect(refused.log.some((line) => line.includes("can't migrate local disk 'local-lvm:vm-100-disk-0'"))).toBe(true);
    expect(pve.sim.guest(100)).toMatchObject({ node: "pve1", status: "running" });
    expect(pve.sim.guest(100)).not.toHaveProperty("lock");
    const moved = await pve.done(await pve.post(path, { target: "pve2", online: 1, "with-local-disks": 1 }));
    expect([moved.exitstatus, pve.sim.guest(100)?.node]).toEqual(["OK", "pve2"]);
    expect((await pve.get("/nodes/pve2/storage/local-lvm/content?vmid=100")).data).toHaveLength(1);
    expect((await pve.get("/nodes/pve1/storage/local-lvm/content?vmid=100")).data).toEqual([]);
  });

  test("a container is stopped, moved and started again", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post("/nodes/pve2/lxc/201/migrate", { target: "pve1", restart: 1 }));
    expect(ended.upid).toContain(":vzmigrate:201:");
    expect(pve.sim.guest(201)).toMatchObject({ node: "pve1", status: "running" });
  });

  test("a host device pins the VM", async () => {
    const pve = call();
    const root = await pve.as("root");
    await root.put("/nodes/pve2/qemu/103/config", { hostpci0: "0000:01:00.0", delete: "ide2" });
    const ended = await pve.done(await pve.post("/nodes/pve2/qemu/103/migrate", { target: "pve1" }));
    expect(ended.exitstatus).toBe("migration aborted");
    expect(ended.log.join("\n")).toContain("can't migrate VM which uses local devices: hostpci0");
  });
});

describe("the guest agent", () => {
  test("answers wrapped once more", async () => {
    const pve = call();
    expect((await pve.post("/nodes/pve1/qemu/100/agent/ping")).data).toEqual({ result: {} });
    const { data } = await pve.get("/nodes/pve1/qemu/100/agent/network-get-interfaces");
    const [lo, ens18] = (data as { result: Record<string, unknown>[] }).result;
    expect(lo?.["name"]).toBe("lo");
    expect(String(pve.sim.guest(100)?.config["net0"]).toLowerCase()).toContain(String(ens18?.["hardware-address"]));
  });

  test("refuses in the order configured, running, answering", async () => {
    const { get } = call();
    const reason = async (path: string): Promise<string> => (await get(`${path}/agent/get-osinfo`)).reason;
    expect(await reason("/nodes/pve3/qemu/106")).toBe("No QEMU guest agent configured");
    expect(await reason("/nodes/pve2/qemu/103")).toBe("VM 103 is not running");
  });

  test("a configured agent that nobody runs inside does not answer", async () => {
    const pve = call();
    await pve.done(await pve.post("/nodes/pve1/qemu", { vmid: 300, agent: 1, start: 1 }));
    expect((await pve.get("/nodes/pve1/qemu/300/agent/get-osinfo")).reason).toBe("QEMU guest agent is not running");
  });
});
