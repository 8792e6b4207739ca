import { describe, expect, test } from "vitest";
import { call, items } from "./caller.js";

describe("who may do what", () => {
  test("the auditor sees everything and changes nothing", async () => {
    const auditor = await call().as("auditorToken");
    expect(items(await auditor.get("/cluster/resources?type=vm"))).toHaveLength(12);
    const refused = await auditor.post("/nodes/pve1/qemu/100/status/stop");
    expect([refused.status, refused.reason]).toEqual([403, "Permission check failed (/vms/100, VM.PowerMgmt)"]);
  });

  test("creating is refused without saying what is missing", async () => {
    const auditor = await call().as("auditorToken");
    const refused = await auditor.post("/nodes/pve1/qemu", { vmid: 300 });
    expect([refused.status, refused.reason]).toEqual([403, "Permission check failed"]);
  });

  test("the operator runs the guests of the pool and not the others", async () => {
    const root = call();
    const operator = await root.as("operatorToken");
    expect((await root.done(await operator.post("/nodes/pve1/qemu/100/status/reset"))).exitstatus).toBe("OK");
    const refused = await operator.post("/nodes/pve1/qemu/104/status/start");
    expect([refused.status, refused.reason]).toEqual([403, "Permission check failed (/vms/104, VM.PowerMgmt)"]);
    expect(items(await operator.get("/nodes/pve1/qemu")).map((vm) => vm["vmid"])).toEqual([100, 102]);
  });

  test("the operator may create in the pool, on the storages and bridges that are open to it", async () => {
    const root = call();
    const operator = await root.as("operatorToken");
    const body = { vmid: 300, scsi0: "local-lvm:4", net0: "virtio,bridge=vmbr0", pool: "prod" };
    expect((await root.done(await operator.post("/nodes/pve1/qemu", body))).exitstatus).toBe("OK");
    expect((await root.done(await operator.post("/nodes/pve1/qemu/300/status/start"))).exitstatus).toBe("OK");
    const elsewhere = await operator.post("/nodes/pve1/qemu", { vmid: 301, pool: "dev" });
    expect([elsewhere.status, elsewhere.reason]).toEqual([403, "Permission check failed"]);
  });

  test("disk images of other guests stay out of the operator's sight, templates and ISO images do not", async () => {
    const operator = await call().as("operatorToken");
    const nas = items(await operator.get("/nodes/pve1/storage/nas/content")).map((v) => v["vmid"]);
    expect(new Set(nas)).toEqual(new Set([100, 101, 102, 200, 201]));
    expect(items(await operator.get("/nodes/pve1/storage/local/content"))).toHaveLength(4);
  });

  test("backups need the right on every guest that is named; of all guests the others are left out", async () => {
    const root = call();
    const operator = await root.as("operatorToken");
    const refused = await root.done(await operator.post("/nodes/pve1/vzdump", { vmid: "100,104", storage: "nas" }));
    expect(refused.exitstatus).toBe("403 Permission check failed (/vms/104, VM.Backup)");
    expect(refused.log.filter((line) => line.includes("Starting Backup"))).toEqual([]);
    const some = await root.done(await operator.post("/nodes/pve1/vzdump", { all: 1, storage: "nas" }));
    expect(some.log).toContain("INFO: Starting Backup of VM 100 (qemu)");
    expect(some.log).not.toContain("INFO: Starting Backup of VM 104 (qemu)");
  });

  test("keys of the configuration are judged one by one", async () => {
    const operator = await call().as("operatorToken");
    expect((await operator.put("/nodes/pve1/qemu/100/config", { startup: "order=3" })).reason).toBe(
      "Permission check failed (/, Sys.Modify)",
    );
    expect((await operator.put("/nodes/pve1/qemu/100/config", { description: "mine" })).status).toBe(200);
  });
});
