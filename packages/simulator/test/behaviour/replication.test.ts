import { describe, expect, test } from "vitest";
import { type Caller, call, items, object } from "./caller.js";

/** VM 300 on pve1 with a disk on a ZFS pool that every node has, copied to pve2. */
async function replicated(options: Record<string, string | number> = {}): Promise<Caller> {
  const caller = call();
  const { post, done } = caller;
  await post("/storage", { storage: "tank", type: "zfspool", pool: "tank" });
  await done(await post("/nodes/pve1/qemu", { vmid: 300, scsi0: "tank:8" }));
  const job = { id: "300-0", type: "local", target: "pve2", ...options };
  expect(await post("/cluster/replication", job)).toMatchObject({ status: 200 });
  return caller;
}

describe("replication", () => {
  test("a job runs when its time has come and tells how it went", async () => {
    const { get, sim } = await replicated({ comment: "c", rate: 10 });
    const job = { id: "300-0", type: "local", guest: 300, jobnum: 0, source: "pve1", target: "pve2", rate: 10 };
    expect(items(await get("/cluster/replication"))).toMatchObject([job]);
    expect(object(await get("/nodes/pve1/replication/300-0/status"))).toMatchObject({ last_sync: 0, fail_count: 0 });
    await sim.clock.advance(15 * 60_000);
    const [status] = items(await get("/nodes/pve1/replication?guest=300"));
    expect(status).toMatchObject({ ...job, vmtype: "qemu", fail_count: 0 });
    expect(Number(status?.["next_sync"]) - Number(status?.["last_sync"])).toBe(900);
    const first = items(await get("/nodes/pve1/replication/300-0/log")).map((line) => String(line["t"]));
    expect(first.at(-1)).toMatch(/300-0: end replication job$/);
    expect(first.some((line) => line.includes("full sync 'tank:vm-300-disk-0'"))).toBe(true);
    await sim.clock.advance(15 * 60_000);
    const second = items(await get("/nodes/pve1/replication/300-0/log?start=1&limit=50")).map((line) =>
      String(line["t"]),
    );
    expect(second.some((line) => line.includes("incremental sync"))).toBe(true);
    expect(items(await get("/nodes/pve2/replication"))).toEqual([]);
  });

  test("a job can be run at once, changed and switched off", async () => {
    const { get, post, put, sim } = await replicated();
    expect((await post("/nodes/pve1/replication/300-0/schedule_now")).status).toBe(200);
    expect(Number(object(await get("/nodes/pve1/replication/300-0/status"))["last_sync"])).toBe(
      Math.floor(sim.clock.now() / 1000),
    );
    const read = object(await get("/cluster/replication/300-0"));
    await put("/cluster/replication/300-0", { schedule: "*/5", disable: 1, digest: String(read["digest"]) });
    await sim.clock.advance(3_600_000);
    const after = object(await get("/nodes/pve1/replication/300-0/status"));
    expect(after["last_try"]).toBe(object(await get("/nodes/pve1/replication/300-0/status"))["last_sync"]);
    const stale = await put("/cluster/replication/300-0", { comment: "x", digest: String(read["digest"]) });
    expect(stale.reason).toMatch(/^detected modified/);
    expect((await put("/cluster/replication/300-0", { delete: "target" })).reason).toBe(
      "unable to delete required option 'target'",
    );
  });

  test("a storage without snapshots to send makes a run fail, and it is tried again", async () => {
    const { get, post, put, done, sim } = await replicated();
    await done(await post("/nodes/pve1/qemu/300/config", { scsi1: "local-lvm:1" }));
    await put("/cluster/replication/300-0", { comment: "now with a disk that cannot be copied" });
    await sim.clock.advance(15 * 60_000);
    const status = object(await get("/nodes/pve1/replication/300-0/status"));
    expect(status).toMatchObject({
      fail_count: 1,
      error: "missing replicate feature on volume 'local-lvm:vm-300-disk-0'",
    });
    expect(Number(status["next_sync"]) - Number(status["last_try"])).toBe(300);
  });

  test("a deleted job is marked, then gone with the next minute; by force it goes at once", async () => {
    const { get, post, del, sim } = await replicated();
    await del("/cluster/replication/300-0?keep=1");
    expect(items(await get("/cluster/replication"))).toMatchObject([{ remove_job: "local" }]);
    await sim.clock.advance(60_000);
    expect((await get("/cluster/replication/300-0")).reason).toBe("no such replication job '300-0'");
    await post("/cluster/replication", { id: "300-0", type: "local", target: "pve2" });
    expect((await del("/cluster/replication/300-0?force=1&keep=1")).errors).toEqual({
      keep: "conflicts with parameter 'force'",
    });
    await del("/cluster/replication/300-0?force=1");
    expect((await del("/cluster/replication/300-0")).reason).toBe("no such job '300-0'");
    expect((await call().put("/cluster/replication/300-0", { comment: "x" })).reason).toBe("no such job '300-0'");
  });

  test.each([
    [{ id: "999-0", target: "pve2" }, "Guest '999' does not exist."],
    [{ id: "300-1", target: "pve9" }, "Target 'pve9' does not exist."],
    [{ id: "300-1", target: "pve1" }, "Source and target must not be identical"],
    [{ id: "300-0", target: "pve3" }, "replication job '300-0' already exists"],
    [{ id: "300-1", target: "pve2" }, "replication job for guest '300' to target 'pve2' already exists"],
    [
      { id: "300-1", target: "pve3", source: "pve2" },
      "Source 'pve2' does not match current node of guest '300' (pve1)",
    ],
    [{ id: "100-0", target: "pve3" }, "missing replicate feature on volume 'local-lvm:vm-100-disk-0'"],
  ])("%o is refused: %s", async (body, reason) => {
    const { post } = await replicated();
    expect((await post("/cluster/replication", { type: "local", ...body })).reason).toBe(reason);
  });

  test("the views of a node know nothing of other jobs; a guest with a job is not destroyed", async () => {
    const { get, post, del, as } = await replicated();
    const path = "/nodes/pve1/replication/300-9";
    expect(items(await get(path))).toContainEqual({ name: "schedule_now" });
    expect((await get(`${path}?x=1`)).status).toBe(400);
    for (const answer of [await get(`${path}/status`), await get(`${path}/log`), await post(`${path}/schedule_now`)]) {
      expect(answer.reason).toBe("no such replication job '300-9'");
    }
    expect((await del("/nodes/pve1/qemu/300")).reason).toMatch(/^There is a replication job '300-0' for guest '300'/);
    const operator = await as("operatorToken");
    expect((await operator.get("/cluster/replication")).data).toEqual([]);
    expect((await operator.get("/nodes/pve1/replication")).data).toEqual([]);
    expect((await operator.get("/cluster/replication/300-0")).status).toBe(403);
    expect((await get("/nodes/pve1/replication?guest=x")).status).toBe(400);
    expect((await get("/cluster/replication?x=1")).status).toBe(400);
  });
});
