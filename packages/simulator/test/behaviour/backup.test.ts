import { describe, expect, test } from "vitest";
import { call, items, memberIds } from "./caller.js";

describe("backups", () => {
  test("a backup runs under a lock with percentages and leaves a volume with notes", async () => {
    const pve = call();
    const started = await pve.post("/nodes/pve1/vzdump", {
      vmid: 100,
      storage: "nas",
      compress: "zstd",
      "notes-template": "{{guestname}} on {{node}}",
    });
    expect(started.data).toContain(":vzdump:100:");
    await pve.sim.clock.advance(1000);
    expect(pve.sim.guest(100)?.lock).toBe("backup");
    const ended = await pve.done(started);
    expect(ended.log[0]).toMatch(/^INFO: starting new backup job: vzdump 100 --compress zstd/);
    expect(ended.log[1]).toBe("INFO: Starting Backup of VM 100 (qemu)");
    expect(ended.log).toContain("INFO:  50% (16.0 GiB of 32.0 GiB) in 2s, read: 8.0 GiB/s, write: 901.1 MiB/s");
    expect(ended.log.at(-2)).toBe("INFO: Backup job finished successfully");
    expect(pve.sim.guest(100)).not.toHaveProperty("lock");
    const backups = items(await pve.get("/nodes/pve1/storage/nas/content?content=backup&vmid=100"));
    expect(backups.at(-1)).toMatchObject({
      volid: "nas:backup/vzdump-qemu-100-2026_06_01-08_00_00.vma.zst",
      notes: "web01 on pve1",
      subtype: "qemu",
    });
  });

  test("a locked guest fails its part and the others go on", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post("/nodes/pve3/vzdump", { all: 1, storage: "nas" }));
    expect(ended.exitstatus).toBe("job errors");
    expect(ended.log).toContain("ERROR: Backup of VM 202 failed - CT is locked (backup)");
    expect(ended.log.some((line) => line.startsWith("INFO: Finished Backup of VM 111"))).toBe(true);
    expect(pve.sim.guest(202)?.lock).toBe("backup");
  });

  test("with nothing to do on this node the answer is OK", async () => {
    const pve = call();
    expect((await pve.post("/nodes/pve1/vzdump", { vmid: 101, storage: "nas" })).data).toBe("OK");
  });

  test("a storage without backups, one that is disabled and one that is not there end the task", async () => {
    const pve = call();
    const endOn = async (storage: string): Promise<string> =>
      (await pve.done(await pve.post("/nodes/pve1/vzdump", { vmid: 100, storage }))).exitstatus;
    expect(await endOn("local-lvm")).toBe(
      "could not get storage information for 'local-lvm': can't use storage 'local-lvm' for backups - wrong content type",
    );
    expect(await endOn("old-nas")).toBe("could not activate storage 'old-nas': storage 'old-nas' is disabled");
    expect(await endOn("ghost")).toBe(
      "could not activate storage 'ghost': storage 'ghost' does not exist could not get storage information for 'ghost': storage 'ghost' does not exist",
    );
  });

  test("guests are selected in one way: by number, by pool, or all of them but some", async () => {
    const pve = call();
    const refusal = async (body: Record<string, string | number>): Promise<unknown> => {
      const { status, errors } = await pve.post("/nodes/pve1/vzdump", { storage: "nas", ...body });
      return [status, errors];
    };
    expect(await refusal({})).toEqual([400, { vmid: "property is missing" }]);
    for (const [other, value] of Object.entries({ all: 1, exclude: 101, pool: "prod" })) {
      expect(await refusal({ vmid: 100, [other]: value })).toEqual([
        400,
        { [other]: "option conflicts with option 'vmid'" },
      ]);
    }
    expect(await refusal({ vmid: 100, stdout: 1 })).toEqual([
      400,
      { stdout: "option is only allowed on the command line interface." },
    ]);
    const ended = await pve.done(await pve.post("/nodes/pve1/vzdump", { exclude: "100,200", storage: "nas" }));
    const begun = ended.log.flatMap((line) => /^INFO: Starting Backup of VM (\d+)/.exec(line)?.[1] ?? []);
    expect(begun).not.toContain("100");
    expect(begun.length).toBeGreaterThan(1);
  });

  test("a stopped backup releases the guest and ends in a word of its own", async () => {
    const pve = call();
    const started = await pve.post("/nodes/pve1/vzdump", { vmid: "100,102", storage: "nas" });
    await pve.sim.clock.advance(1000);
    await pve.del(`/nodes/pve1/tasks/${encodeURIComponent(String(started.data))}`);
    const ended = await pve.done(started);
    expect(ended.log.slice(-4)).toEqual([
      "ERROR: Backup of VM 100 failed - interrupted by signal",
      "INFO: Failed at 2026-06-01 08:00:01",
      "ERROR: Backup job failed - interrupted by signal",
      "TASK ERROR: interrupted by signal",
    ]);
    expect(pve.sim.guest(100)).not.toHaveProperty("lock");
  });

  test("`stop` interrupts whatever backs up on the node, and on no other", async () => {
    const pve = call();
    const here = await pve.post("/nodes/pve1/vzdump", { vmid: 100, storage: "nas" });
    const elsewhere = await pve.post("/nodes/pve2/vzdump", { vmid: 101, storage: "nas" });
    await pve.sim.clock.advance(1000);
    expect((await pve.post("/nodes/pve1/vzdump", { stop: 1 })).data).toBe("OK");
    expect((await pve.done(here)).exitstatus).toBe("interrupted by signal");
    expect((await pve.done(elsewhere)).exitstatus).toBe("OK");
    const operator = await pve.as("operatorToken");
    expect((await operator.post("/nodes/pve1/vzdump", { stop: 1 })).reason).toBe(
      "Permission check failed (/nodes/pve1, Sys.Modify)",
    );
  });
});

describe("restoring", () => {
  const volume = async (pve: ReturnType<typeof call>, vmid: number): Promise<string> =>
    String(items(await pve.get(`/nodes/pve1/storage/nas/content?content=backup&vmid=${vmid}`)).at(-1)?.["volid"]);

  test("a VM comes back under another number, with new addresses on request", async () => {
    const pve = call();
    const archive = await volume(pve, 100);
    const ended = await pve.done(await pve.post("/nodes/pve1/qemu", { vmid: 300, archive, unique: 1, storage: "nas" }));
    expect(ended.upid).toContain(":qmrestore:300:");
    expect(ended.exitstatus).toBe("OK");
    expect(ended.log.some((line) => /^progress 100% /.test(line))).toBe(true);
    const [before, after] = [pve.sim.guest(100)?.config, pve.sim.guest(300)?.config];
    expect(after).toMatchObject({
      name: "web01",
      scsi0: "nas:300/vm-300-disk-0.raw,discard=on,iothread=1,size=32G,ssd=1",
    });
    expect(after?.["net0"]).not.toBe(before?.["net0"]);
  });

  test("over an existing VM it needs force, and the VM stopped", async () => {
    const pve = call();
    const archive = await volume(pve, 100);
    expect((await pve.post("/nodes/pve1/qemu", { vmid: 100, archive })).reason).toBe(
      "unable to restore VM 100 - VM 100 already exists on node 'pve1'",
    );
    expect((await pve.post("/nodes/pve1/qemu", { vmid: 100, archive, force: 1 })).reason).toBe(
      "unable to restore VM 100 - vm is running",
    );
    await pve.done(await pve.post("/nodes/pve1/qemu/100/status/stop"));
    expect((await pve.done(await pve.post("/nodes/pve1/qemu", { vmid: 100, archive, force: 1 }))).exitstatus).toBe(
      "OK",
    );
    expect(pve.sim.guest(100)?.snapshots).toEqual([]);
    expect(memberIds(await pve.get("/pools?poolid=prod"))).toContain("qemu/100");
  });

  test("disks cannot be given along, and a missing archive is refused at once", async () => {
    const pve = call();
    const archive = await volume(pve, 100);
    expect((await pve.post("/nodes/pve1/qemu", { vmid: 300, archive, scsi0: "nas:1" })).errors).toEqual({
      scsi0: "option conflicts with option 'archive'",
    });
    const gone = "nas:backup/vzdump-qemu-999-2026_01_01-00_00_00.vma.zst";
    expect(await pve.post("/nodes/pve1/qemu", { vmid: 300, archive: gone })).toMatchObject({
      status: 500,
      reason: `volume '${gone}' does not exist`,
    });
    expect(pve.sim.guest(300)).toBeUndefined();
  });

  test("a container comes back with restore=1", async () => {
    const pve = call();
    const ostemplate = await volume(pve, 200);
    const ended = await pve.done(await pve.post("/nodes/pve1/lxc", { vmid: 300, ostemplate, restore: 1 }));
    expect(ended.upid).toContain(":vzrestore:300:");
    expect(ended.exitstatus).toBe("OK");
    expect(pve.sim.guest(300)?.config).toMatchObject({ hostname: "dns01", rootfs: "local-lvm:vm-300-disk-0,size=4G" });
  });

  test("a VM's backup is no container", async () => {
    const pve = call();
    const ostemplate = await volume(pve, 100);
    const ended = await pve.done(await pve.post("/nodes/pve1/lxc", { vmid: 300, ostemplate, restore: 1 }));
    expect(ended.exitstatus).toBe("unable to restore CT 300 - ERROR: archive contains no configuration file");
  });
});
