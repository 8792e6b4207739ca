import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

const nightly = { id: "nightly", schedule: "02:00", storage: "nas", vmid: "100,200", "prune-backups": "keep-daily=7" };

describe("backup jobs", () => {
  test("a job reads back with its property strings taken apart and the time of its next run", async () => {
    const { get, post, sim } = call();
    expect((await post("/cluster/backup", { ...nightly, fleecing: "enabled=0" })).status).toBe(200);
    const [job] = items(await get("/cluster/backup"));
    expect(job).toMatchObject({
      id: "nightly",
      type: "vzdump",
      enabled: 1,
      "prune-backups": { "keep-daily": "7" },
      fleecing: { enabled: 0 },
    });
    const midnight = Math.floor(sim.clock.now() / 86_400_000) * 86_400;
    expect(job?.["next-run"]).toBe(midnight + 86_400 + 7200);
    expect(object(await get("/cluster/backup/nightly"))).not.toHaveProperty("next-run");
  });

  test("without an id a job gets one, and start time and days become a schedule", async () => {
    const { get, post } = call();
    await post("/cluster/backup", { starttime: "03:30", dow: "mon,fri", all: 1 });
    const [job] = items(await get("/cluster/backup"));
    expect(job?.["id"]).toMatch(/^[0-9a-f]{8}-/);
    expect(job?.["schedule"]).toBe("mon,fri 03:30");
  });

  test.each([
    [{}, { schedule: "neither 'starttime' nor 'schedule' were set" }],
    [{ schedule: "daily", starttime: "02:00", all: 1 }, { starttime: "'starttime' and 'schedule' cannot both be set" }],
    [{ schedule: "daily", all: 1, script: "/x" }, { script: "Only root may set this option." }],
  ])("%o is refused with %o", async (body, errors) => {
    expect(await call().post("/cluster/backup", body)).toMatchObject({ status: 400, errors });
  });

  test.each([
    [{ schedule: "daily" }, "vmid: property is missing"],
    [{ schedule: "daily", all: 1, vmid: "100" }, "all: option conflicts with option 'vmid'"],
    [{ schedule: "daily", pool: "prod", vmid: "100" }, "pool: option conflicts with option 'vmid'"],
  ])("what is refused under the lock comes out as a 500 with the text inside: %o, %s", async (body, text) => {
    const { sim } = call();
    const form = new URLSearchParams(
      Object.entries(body).map(([key, value]): [string, string] => [key, String(value)]),
    );
    const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
    const url = `${sim.baseUrl}/api2/json/cluster/backup`;
    const response = await sim.fetch(url, { method: "POST", headers, body: form });
    expect(response.status).toBe(500);
    const answer = (await response.json()) as { message: string };
    expect(answer.message).toBe(`400 Parameter verification failed.\n${text}\n`);
  });

  test("one way of selecting guests takes the place of the other", async () => {
    const { get, post, put } = call();
    await post("/cluster/backup", { id: "job", schedule: "daily", all: 1, exclude: "100" });
    expect((await put("/cluster/backup/job", { vmid: "101", comment: "c" })).status).toBe(200);
    expect((await put("/cluster/backup/job", { delete: "comment" })).status).toBe(200);
    expect(object(await get("/cluster/backup/job"))).toEqual({
      id: "job",
      type: "vzdump",
      enabled: 1,
      schedule: "daily",
      vmid: "101",
    });
  });

  test("jobs that are not there, that are there already and options that do not exist are refused", async () => {
    const { get, post, put, del } = call();
    await post("/cluster/backup", nightly);
    expect((await post("/cluster/backup", nightly)).reason).toBe("Job 'nightly' already exists");
    expect((await put("/cluster/backup/nightly", { delete: "nosuch" })).reason).toBe(
      "400 Parameter verification failed.",
    );
    expect((await put("/cluster/backup/ghost", { enabled: 0 })).reason).toBe("no such vzdump job");
    expect((await get("/cluster/backup/ghost")).errors).toEqual({ id: "No such job 'ghost'" });
    expect((await get("/cluster/backup/ghost/included_volumes")).errors).toEqual({ id: "No such job 'ghost'" });
    expect((await del("/cluster/backup/nightly")).status).toBe(200);
    expect((await del("/cluster/backup/nightly")).reason).toBe("400 Parameter verification failed.");
  });

  test("the tree of a job says which disks are in and why", async () => {
    const { get, post } = call();
    await post("/cluster/backup", { ...nightly, vmid: "100,200,999" });
    const { children } = object(await get("/cluster/backup/nightly/included_volumes"));
    const guests = children as Record<string, unknown>[];
    expect(guests.map((guest) => [guest["id"], guest["type"], guest["leaf"]])).toEqual([
      [100, "qemu", 0],
      [200, "lxc", 0],
      [999, "unknown", 1],
    ]);
    expect(guests[1]?.["children"]).toContainEqual({
      id: "200:rootfs",
      name: expect.stringContaining("200"),
      included: 1,
      reason: "rootfs",
      leaf: 1,
    });
  });

  test("guests that no job selects are listed, switched-off jobs count", async () => {
    const { get, post } = call();
    const vmids = async (): Promise<unknown[]> =>
      items(await get("/cluster/backup-info/not-backed-up")).map((item) => item["vmid"]);
    expect(await vmids()).toContain(100);
    await post("/cluster/backup", { ...nightly, enabled: 0 });
    expect(await vmids()).not.toContain(100);
    expect(await vmids()).toContain(101);
    await post("/cluster/backup", { schedule: "daily", all: 1 });
    expect(await vmids()).toEqual([]);
  });

  test("an index, and nothing for those without rights", async () => {
    const root = await call().as("root");
    expect((await root.get("/cluster/backup-info")).data).toEqual([{ subdir: "not-backed-up" }]);
    const operator = await call().as("operatorToken");
    expect((await operator.get("/cluster/backup-info")).reason).toBe("Permission check failed (user != root@pam)");
    expect((await operator.get("/cluster/backup")).status).toBe(403);
    expect((await operator.get("/cluster/backup-info/not-backed-up")).status).toBe(403);
  });
});
