import { describe, expect, it } from "vitest";
import { failure, type Lab, openLab } from "./lab.js";

const nightly = (lab: Lab, more: object = {}) =>
  lab.run("create_backup_job", { id: "nightly", schedule: "02:00", storage: "nas", all: true, ...more });
const onlyReads = (lab: Lab) => lab.sim.requests().every((request) => request.method === "GET");

describe("backup jobs", () => {
  it("say whom they cover, by all ways of choosing", async () => {
    await using lab = openLab();
    const add = (id: string, how: object) =>
      lab.run("create_backup_job", { id, schedule: "sat 18:15", storage: "nas", ...how });

    expect(await add("some", { vmid: "100,200" })).toMatchObject({ covers: [100, 200] });
    expect(await add("prod", { pool: "prod" })).toMatchObject({ covers: [100, 101, 102, 200, 201] });
    expect(await add("rest", { exclude: "100,101" })).toMatchObject({ now: { schedule: "sat 18:15" } });
    expect(await lab.run("list_backup_jobs")).toMatchObject({
      items: [
        { id: "some", selection: "100, 200", next_run: "2026-06-06T18:15:00Z" },
        { id: "prod", selection: "pool prod" },
        { id: "rest", selection: "all except 100, 101" },
      ],
    });
  });

  it("get an id of their own when none is given", async () => {
    await using lab = openLab();

    const { id } = await lab.run("create_backup_job", { schedule: "02:00", storage: "nas", all: true });

    expect(await lab.run("list_backup_jobs")).toMatchObject({ items: [{ id }] });
  });

  it("get the same id for the same settings at any time, so that a call repeated makes no second job", async () => {
    await using lab = openLab();
    const job = { schedule: "02:00", storage: "nas", pool: "prod" };
    await lab.run("create_backup_job", job);
    await lab.sim.clock.advance(5000);

    expect(await failure(lab.run("create_backup_job", job))).toMatchObject({ kind: "exists" });
    await lab.run("create_backup_job", { ...job, schedule: "03:00" });
    expect(await lab.run("list_backup_jobs")).toMatchObject({ count: 2 });
  });

  it("need exactly one way of choosing guests, and a storage that takes backups", async () => {
    await using lab = openLab();
    const add = (how: object) => failure(lab.run("create_backup_job", { schedule: "02:00", storage: "nas", ...how }));

    expect(await add({})).toMatchObject({
      code: "TOOL_ARGUMENT",
      problems: { vmid: expect.stringContaining("0 given") },
    });
    expect(await add({ all: true, pool: "prod" })).toMatchObject({
      problems: { vmid: expect.stringContaining("2 given") },
    });
    expect(await add({ all: true, schedule: "whenever!" })).toMatchObject({
      problems: { schedule: expect.any(String) },
    });
    expect(await add({ all: true, storage: "local-lvm" })).toMatchObject({
      message: "storage local-lvm takes no backups",
    });
    expect(await add({ vmid: "100,999" })).toMatchObject({ message: "there is no guest 999" });
    expect(onlyReads(lab)).toBe(true);
    await nightly(lab);
    expect(await failure(nightly(lab))).toMatchObject({ code: "TOOL_REFUSED", kind: "exists" });
  });

  it("show what a change did", async () => {
    await using lab = openLab();
    await nightly(lab);

    expect(await lab.run("update_backup_job", { id: "nightly", enabled: false, vmid: "100,101" })).toMatchObject({
      changes: [
        { key: "all", before: true },
        { key: "enabled", before: true, after: false },
        { key: "vmid", after: expect.anything() },
      ],
    });
    expect(await failure(lab.run("update_backup_job", { id: "weekly", enabled: false }))).toMatchObject({
      code: "TOOL_REFUSED",
      message: expect.stringContaining("weekly"),
    });
  });

  it("name the guests they leave without one when they are deleted", async () => {
    await using lab = openLab();
    await nightly(lab, { all: undefined, vmid: "100,101" });
    await lab.run("create_backup_job", { id: "web", schedule: "03:00", storage: "nas", vmid: "101" });

    expect(await lab.run("delete_backup_job", { id: "nightly" })).toMatchObject({
      was: { schedule: "02:00", storage: "nas" },
      uncovered: [{ vmid: 100, name: "web01" }],
    });
  });
});

describe("run_backup_job", () => {
  it("asks each node once, and says where there was nothing to do", async () => {
    await using lab = openLab();
    await nightly(lab, { all: undefined, vmid: "100,101" });

    const answer = await lab.run("run_backup_job", { id: "nightly" }, { waitBudget: 3_600_000 });

    expect(answer).toMatchObject({
      items: [
        { node: "pve1", outcome: "done", upid: expect.stringContaining("vzdump") },
        { node: "pve2", outcome: "done" },
        { node: "pve3", outcome: "skipped" },
      ],
      totals: { done: 2, skipped: 1 },
    });
    expect(await lab.run("list_backups", { vmid: 101 })).toMatchObject({ total: 3 });
    expect(lab.sim.requests().filter(({ path }) => path.endsWith("/vzdump"))).toHaveLength(3);
  });

  it("tells a node that failed from those that did not, and one that is offline", async () => {
    await using lab = openLab();
    await nightly(lab, { all: undefined, vmid: "100,101,111" });
    lab.sim.faults.add({ kind: "task-fails", exitstatus: "job errors", match: { path: "/nodes/pve2/vzdump" } });
    lab.sim.faults.add({ kind: "node-offline", node: "pve3" });

    const answer = await lab.run("run_backup_job", { id: "nightly" }, { waitBudget: 3_600_000 });

    expect(answer).toMatchObject({
      items: [
        { node: "pve1", outcome: "done" },
        { node: "pve2", outcome: "failed", reason: "job errors" },
      ],
      notes: [expect.stringContaining("pve3 is offline")],
    });
  });

  it("knows no job of that name", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("run_backup_job", { id: "weekly" }))).toMatchObject({ code: "TOOL_REFUSED" });
    expect(onlyReads(lab)).toBe(true);
  });
});

describe("get_backup_coverage", () => {
  it("judges by the archives themselves, the worst first", async () => {
    await using lab = openLab();
    await nightly(lab, { all: undefined, vmid: "100,103" });

    const answer = await lab.run("get_backup_coverage", { max_age: "48h" });

    expect(answer).toMatchObject({
      totals: { never: 6, stale: 0, fresh: 5 },
      max_age: "48h",
      unchecked: ["old-nas is switched off"],
    });
    expect(answer["items"]).toContainEqual(
      expect.objectContaining({ vmid: 103, state: "never", backups: 0, jobs: ["nightly"] }),
    );
  });

  it("calls old what is older than asked, and shows the fresh ones on request", async () => {
    await using lab = openLab();

    expect(await lab.run("get_backup_coverage", { max_age: "12h" })).toMatchObject({ totals: { stale: 5, fresh: 0 } });
    expect(await lab.run("get_backup_coverage", { show: "all", filter: "db01" })).toMatchObject({
      items: [{ vmid: 102, state: "fresh", storage: "nas", backups: 3, age_hours: expect.any(Number) }],
    });
    expect(await failure(lab.run("get_backup_coverage", { max_age: "soon" }))).toMatchObject({
      problems: { max_age: expect.any(String) },
    });
  });

  it("names disks that jobs leave out, jobs that are off, and storages it could not read", async () => {
    await using lab = openLab();
    await nightly(lab);
    await lab.run("create_backup_job", { id: "off", schedule: "03:00", storage: "nas", all: true, enabled: false });
    await lab.run("update_vm_config", { vmid: 102, config: { scsi1: { backup: false } } });
    lab.sim.faults.add({
      kind: "status",
      status: 500,
      reason: "storage 'nas' is not online",
      match: { path: /storage\/nas\/content/ },
    });

    const answer = await lab.run("get_backup_coverage", { filter: "db01" });

    expect(answer).toMatchObject({
      items: [{ vmid: 102, state: "never", jobs: ["nightly"], skipped_disks: ["scsi1"] }],
      unchecked: expect.arrayContaining([expect.stringContaining("the backups on nas")]),
    });
  });
});

describe("pruning", () => {
  const keepOne = { storage: "nas", "prune-backups": "keep-last=1" };

  it("can be looked at first, and then does the same", async () => {
    await using lab = openLab();

    const preview = await lab.run("preview_backup_prune", keepOne);
    const answer = await lab.run("prune_backups", keepOne);

    expect(preview).toMatchObject({ totals: { remove: 5, keep: 5, protected: 1 } });
    expect(preview["remove"]).toEqual(answer["lost"]);
    expect(answer).toMatchObject({ task: "finished", removed: 5 });
    expect(await lab.run("list_backups")).toMatchObject({ total: 6 });
  });

  it("sends nothing where the retention keeps everything", async () => {
    await using lab = openLab();

    expect(await lab.run("prune_backups", { storage: "nas" })).toMatchObject({
      removed: 0,
      notes: [expect.stringContaining("nothing was sent")],
    });
    expect(onlyReads(lab)).toBe(true);
  });

  it("is refused where there is no retention, or no backups", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("preview_backup_prune", { storage: "local-lvm" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: expect.stringContaining("takes no backups"),
    });
    expect(await failure(lab.run("prune_backups", { storage: "nas", "prune-backups": "keep-some=1" }))).toMatchObject({
      code: "TOOL_REFUSED",
    });
    expect(onlyReads(lab)).toBe(true);
  });
});

describe("get_backup_config", () => {
  it("shows the guest as it was, without its passwords", async () => {
    await using lab = openLab();
    await lab.run("update_vm_config", {
      vmid: 110,
      config: { cipassword: "hunter2hunter2", description: "a\nb: 50%" },
    });
    const { backup } = await lab.run("create_vm_backup", { vmid: 110, storage: "nas" });

    const answer = await lab.run("get_backup_config", { backup_id: Object(backup)["volid"] });

    expect(answer).toMatchObject({
      vmid: 110,
      config: { name: "debian-13-template", cipassword: "(hidden)" },
      description: expect.stringContaining("b: 50%"),
    });
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|\$5\$/);
  });

  it("reports a backup that is not there, and one that is none", async () => {
    await using lab = openLab();

    expect(
      await failure(
        lab.run("get_backup_config", { backup_id: "nas:backup/vzdump-qemu-100-2020_01_01-00_00_00.vma.zst" }),
      ),
    ).toMatchObject({ code: "TOOL_NOT_FOUND" });
    expect(await failure(lab.run("get_backup_config", { backup_id: "local:iso/a.iso" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
    });
  });
});

describe("update_backup", () => {
  it("takes the protection off, so that the backup can be deleted", async () => {
    await using lab = openLab();
    const it = { storage: "nas", backup_id: "nas:backup/vzdump-qemu-102-2026_04_02-08_00_00.vma.zst" };

    expect(await failure(lab.run("delete_backup", it))).toMatchObject({
      remedy: expect.stringContaining("update_backup"),
    });
    expect(await lab.run("update_backup", { ...it, protected: false })).toMatchObject({
      changes: [{ key: "protected", before: true, after: false }],
    });
    expect(await lab.run("delete_backup", it)).toMatchObject({ task: "finished" });
  });

  it("wants something to change, in a backup that exists", async () => {
    await using lab = openLab();
    const gone = { storage: "nas", backup_id: "nas:backup/vzdump-qemu-100-2020_01_01-00_00_00.vma.zst" };

    expect(await failure(lab.run("update_backup", gone))).toMatchObject({ code: "TOOL_ARGUMENT" });
    expect(await failure(lab.run("update_backup", { ...gone, notes: "x" }))).toMatchObject({ code: "TOOL_NOT_FOUND" });
  });
});
