import { describe, expect, it, test } from "vitest";
import { call, items, object } from "./caller.js";

const hour = 3_600_000;
const day = 24 * hour;

/** The backup tasks of the cluster, oldest first. */
async function backups(get: ReturnType<typeof call>["get"]): Promise<Record<string, unknown>[]> {
  const tasks = items(await get("/cluster/tasks")).filter((task) => task["type"] === "vzdump" && task["saved"] !== "0");
  return tasks.toSorted((a, b) => Number(a["starttime"]) - Number(b["starttime"]));
}

function logOf(get: ReturnType<typeof call>["get"], { node, upid }: Record<string, unknown>) {
  const path = `/nodes/${String(node)}/tasks/${encodeURIComponent(String(upid))}/log?limit=0`;
  return get(path).then((answer) => items(answer).map((line) => String(line["t"])));
}

describe("a backup job", () => {
  it("starts by itself when it is due, on every node that has guests of its", async () => {
    const { sim, get, post } = call({ seed: "three-nodes" });
    const before = (await backups(get)).length;
    const [first, second] = [100, 102].map((vmid) => sim.guest(vmid)?.node);
    await post("/cluster/backup", { id: "nightly", schedule: "02:30", storage: "nas", vmid: "100,102" });
    const due = Number(items(await get("/cluster/backup"))[0]?.["next-run"]);
    expect(new Date(due * 1000).toISOString()).toMatch(/T02:30:00/);
    await sim.clock.advance(due * 1000 - sim.clock.now() - 1000);
    expect(await backups(get)).toHaveLength(before);
    await sim.clock.advance(hour);
    const started = (await backups(get)).slice(before);
    expect(started.map((task) => task["node"]).sort()).toEqual([...new Set([first, second])].sort());
    for (const task of started) {
      expect(task).toMatchObject({ starttime: due, user: "root@pam", status: "OK" });
      const log = await logOf(get, task);
      expect(log[0]).toMatch(
        /^INFO: starting new backup job: vzdump 100 102 --job-id nightly --node pve\d --storage nas$/,
      );
    }
    expect(items(await get("/cluster/backup"))[0]?.["next-run"]).toBe(due + day / 1000);
  });

  it("follows its schedule as that changes, and rests while it is switched off", async () => {
    const { sim, get, post, put, del } = call();
    const runs = async (): Promise<number> => (await backups(get)).length;
    const before = await runs();
    await post("/cluster/backup", { id: "often", schedule: "*/15", storage: "nas", vmid: "100" });
    await sim.clock.advance(hour);
    expect(await runs()).toBe(before + 4);
    await put("/cluster/backup/often", { enabled: 0 });
    await sim.clock.advance(hour);
    expect(await runs()).toBe(before + 4);
    await put("/cluster/backup/often", { enabled: 1, schedule: "mon..fri 02:30" });
    await sim.clock.advance(7 * day);
    expect(await runs()).toBe(before + 9);
    await del("/cluster/backup/often");
    await sim.clock.advance(7 * day);
    expect(await runs()).toBe(before + 9);
  });

  it("thins out older backups by its retention", async () => {
    const { sim, get, post } = call();
    const job = { id: "often", schedule: "hourly", storage: "nas", vmid: "100", "prune-backups": "keep-last=2" };
    await post("/cluster/backup", job);
    await sim.clock.advance(6.5 * hour);
    const kept = items(await get("/nodes/pve1/storage/nas/content?content=backup&vmid=100"));
    expect(kept).toHaveLength(2);
    const log = await logOf(get, (await backups(get)).at(-1) ?? {});
    expect(log).toContain("INFO: prune older backups with retention: keep-last=2");
    expect(log).toContain("INFO: pruned 1 backup(s) not covered by keep-retention policy");
  });

  it("that cannot even be started leaves no task behind", async () => {
    const { sim, get, post, del } = call();
    await post("/pools", { poolid: "brief" });
    await post("/cluster/backup", { id: "nowhere", schedule: "hourly", storage: "nas", pool: "brief" });
    await del("/pools/brief");
    const before = (await backups(get)).length;
    await sim.clock.advance(3 * hour);
    expect(await backups(get)).toHaveLength(before);
  });

  it("whose storage is not there fails every time", async () => {
    const { sim, get, post } = call();
    await post("/cluster/backup", { id: "nowhere", schedule: "hourly", storage: "ghost", vmid: "100" });
    await sim.clock.advance(1.5 * hour);
    expect((await backups(get)).at(-1)?.["status"]).toMatch(/^could not activate storage 'ghost': /);
  });

  it("of the bad morning fails again the next night, since its storage is full", async () => {
    const { sim, get } = call({ seed: "broken" });
    const before = (await backups(get)).length;
    await sim.clock.advance(day);
    const again = (await backups(get)).slice(before);
    expect(again.length).toBeGreaterThan(0);
    for (const task of again) {
      expect(task["status"]).toBe("job errors");
    }
  });
});

test("one backup at a time is made on a node: the next one waits for it", async () => {
  const { get, post, done } = call();
  const first = await post("/nodes/pve1/vzdump", { vmid: 100, storage: "nas" });
  const second = await done(await post("/nodes/pve1/vzdump", { all: 1, storage: "nas" }));
  expect(second.log.slice(0, 2)).toEqual(["INFO: trying to get global lock - waiting...", "INFO: got global lock"]);
  expect(second.exitstatus).toBe("OK");
  const upid = encodeURIComponent(String(first.data));
  expect(object(await get(`/nodes/pve1/tasks/${upid}/status`))).toMatchObject({ exitstatus: "OK" });
});

test("a realm-sync job starts by itself and says when it last did", async () => {
  const { sim, get, post } = call();
  const realm = { realm: "corp", type: "ldap", server1: "ldap.example", base_dn: "dc=x", user_attr: "uid" };
  await post("/access/domains", realm);
  await post("/cluster/jobs/realm-sync/people", { realm: "corp", schedule: "hourly", scope: "both" });
  await sim.clock.advance(hour + 60_000);
  const [job] = items(await get("/cluster/jobs/realm-sync"));
  expect(Number(job?.["last-run"])).toBe(Number(job?.["next-run"]) - 3600);
  const tasks = items(await get("/cluster/tasks")).filter((task) => task["type"] === "auth-realm-sync");
  expect(tasks).toMatchObject([{ id: "corp", user: "root@pam", status: "Name or service not known" }]);
});

test("a replication job has run at its time, whether somebody looked or not", async () => {
  const { sim, get, post, done } = call();
  await post("/storage", { storage: "tank", type: "zfspool", pool: "tank" });
  await done(await post("/nodes/pve1/qemu", { vmid: 300, scsi0: "tank:8" }));
  await post("/cluster/replication", { id: "300-0", type: "local", target: "pve2", schedule: "*/10" });
  await sim.clock.advance(25 * 60_000);
  // A disk that cannot be copied comes too late for the runs before.
  await done(await post("/nodes/pve1/qemu/300/config", { scsi1: "local-lvm:1" }));
  const { last_sync, fail_count } = object(await get("/nodes/pve1/replication/300-0/status"));
  expect([Number(last_sync) % 600, fail_count]).toEqual([0, 0]);
});
