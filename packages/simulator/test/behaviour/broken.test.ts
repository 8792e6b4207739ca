import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

describe("the seed `broken` gives alerts something to find", () => {
  const broken = { seed: "broken" } as const;

  test("a node is down, and the cluster still has a majority", async () => {
    const { get } = call(broken);
    const [cluster, ...nodes] = items(await get("/cluster/status"));
    expect(cluster?.["quorate"]).toBe(1);
    expect(nodes.filter((node) => node["online"] === 0).map((node) => node["name"])).toEqual(["pve3"]);
    expect((await get("/nodes/pve3/status")).status).toBe(595);
  });

  test("the backup storage is full", async () => {
    const nas = object(await call(broken).get("/nodes/pve1/storage/nas/status"));
    expect(Number(nas["used"]) / Number(nas["total"])).toBeGreaterThan(0.99);
  });

  test("backups have failed for three nights, one guest is stale and one is in no job", async () => {
    const { get } = call(broken);
    const failed = items(await get("/nodes/pve1/tasks?typefilter=vzdump&errors=1")).map((task) => task["status"]);
    expect(failed).toEqual(["job errors", "job errors", "job errors"]);
    const backups = items(await get("/nodes/pve1/storage/nas/content?content=backup"));
    const newest = Math.max(...backups.filter((each) => each["vmid"] === 102).map((each) => Number(each["ctime"])));
    expect((await get("/nodes/pve1/time")).data).toMatchObject({ time: expect.any(Number) });
    const now = Number(object(await get("/nodes/pve1/time"))["time"]);
    expect((now - newest) / 86_400).toBeGreaterThan(59);
    expect(backups.some((each) => each["vmid"] === 201)).toBe(false);
    const open = items(await get("/cluster/backup-info/not-backed-up")).map((guest) => guest["vmid"]);
    expect(open).toContain(201);
  });

  test("a service is in error, and may not be started", async () => {
    const { get } = call(broken);
    const status = items(await get("/cluster/ha/status/current"));
    expect(status.find((each) => each["sid"] === "vm:101")?.["state"]).toBe("error");
  });

  test("a certificate ends within days", async () => {
    const { get } = call(broken);
    const own = items(await get("/nodes/pve2/certificates/info"))[1];
    const now = Number(object(await get("/nodes/pve2/time"))["time"]);
    expect(Math.round((Number(own?.["notafter"]) - now) / 86_400)).toBe(9);
  });

  test("updates wait, nobody has a subscription, a clock is not kept and a disk fails", async () => {
    const { get } = call(broken);
    const updates = items(await get("/nodes/pve1/apt/update")).map((each) => each["Package"]);
    expect(updates).toHaveLength(6);
    expect(updates).toContain("openssl");
    expect(object(await get("/nodes/pve1/subscription"))["status"]).toBe("notfound");
    expect(object(await get("/nodes/pve2/services/chrony/state"))["state"]).toBe("dead");
    const health = items(await get("/nodes/pve2/disks/list")).map((disk) => [disk["devpath"], disk["health"]]);
    expect(health).toContainEqual(["/dev/sdc", "FAILED!"]);
  });
});
