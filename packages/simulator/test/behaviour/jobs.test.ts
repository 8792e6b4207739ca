import { describe, expect, test } from "vitest";
import { nextEvent } from "../../src/calendar-event.js";
import { call, items, object } from "./caller.js";

const at = (text: string): number => Date.parse(`${text}Z`) / 1000;

describe("calendar events", () => {
  test.each([
    ["daily", "2026-06-01T08:00:00", "2026-06-02T00:00:00"],
    ["02:30", "2026-06-01T02:30:00", "2026-06-02T02:30:00"],
    ["*/15", "2026-06-01T08:07:00", "2026-06-01T08:15:00"],
    ["5/20", "2026-06-01T08:07:00", "2026-06-01T08:25:00"],
    ["mon..fri 22:00", "2026-06-05T22:00:00", "2026-06-08T22:00:00"],
    ["sat,sun 8..10:15", "2026-06-06T08:15:00", "2026-06-06T09:15:00"],
    ["*-1,7-1 00:00", "2026-06-01T08:00:00", "2026-07-01T00:00:00"],
    ["2027-2-28 1:2:3", "2026-06-01T08:00:00", "2027-02-28T01:02:03"],
    ["weekly", "2026-06-01T00:00:00", "2026-06-08T00:00:00"],
    ["sun", "2026-06-01T00:00:00", "2026-06-07T00:00:00"],
    ["hourly", "2026-06-01T08:00:00", "2026-06-01T09:00:00"],
    ["minutely", "2026-06-01T08:00:10", "2026-06-01T08:01:00"],
  ])("%s after %s is %s", (schedule, after, expected) => {
    expect(nextEvent(schedule, at(after))).toBe(at(expected));
  });

  test("a day that has passed never comes", () => {
    expect(nextEvent("2020-1-1 00:00", at("2026-06-01T08:00:00"))).toBeUndefined();
  });
});

describe("jobs", () => {
  const ldap = { realm: "corp", type: "ldap", server1: "ldap.example", base_dn: "dc=x", user_attr: "uid" };
  const job = { realm: "corp", schedule: "daily", scope: "both" };

  test("a realm-sync job is made, read, changed and deleted", async () => {
    const { get, post, put, del } = call();
    await post("/access/domains", ldap);
    expect((await post("/cluster/jobs/realm-sync/j1", job)).status).toBe(200);
    expect(object(await get("/cluster/jobs/realm-sync/j1"))).toEqual({ type: "realm-sync", enabled: 1, ...job });
    await put("/cluster/jobs/realm-sync/j1", { schedule: "weekly", enabled: 0, comment: "x" });
    await put("/cluster/jobs/realm-sync/j1", { schedule: "weekly", delete: "comment" });
    const [listed] = items(await get("/cluster/jobs/realm-sync"));
    expect(listed).toMatchObject({ id: "j1", schedule: "weekly", enabled: 0, "last-run": null });
    expect(listed?.["next-run"]).toEqual(expect.any(Number));
    expect((await del("/cluster/jobs/realm-sync/j1")).status).toBe(200);
    expect((await del("/cluster/jobs/realm-sync/j1")).reason).toBe("400 Parameter verification failed.");
  });

  test("what is wrong with a realm-sync job is said", async () => {
    const { get, post, put } = call();
    await post("/access/domains", ldap);
    const make = (body: Record<string, string>) => post("/cluster/jobs/realm-sync/j1", body);
    expect((await make({ realm: "corp", schedule: "daily" })).reason).toBe("missing value for required option 'scope'");
    expect((await make({ ...job, realm: "pve" })).reason).toBe("400 Parameter verification failed.");
    await make(job);
    expect((await make(job)).reason).toBe("Job 'j1' already exists");
    expect((await put("/cluster/jobs/realm-sync/ghost", { schedule: "daily" })).reason).toBe("no such realm-sync job");
    expect((await get("/cluster/jobs/realm-sync/ghost")).errors).toEqual({ id: "No such job 'ghost'" });
    const operator = await call().as("operatorToken");
    expect((await operator.get("/cluster/jobs/realm-sync")).status).toBe(403);
  });

  test("a schedule is analyzed, in UTC", async () => {
    const { get } = call();
    const path = "/cluster/jobs/schedule-analyze?schedule=daily&iterations=2&starttime=1795224757";
    expect((await get(path)).data).toEqual([
      { timestamp: 1795305600, utc: "Sun Nov 22 00:00:00 2026" },
      { timestamp: 1795392000, utc: "Mon Nov 23 00:00:00 2026" },
    ]);
    expect((await get("/cluster/jobs/schedule-analyze?schedule=bogus")).status).toBe(400);
    expect(items(await get("/cluster/jobs")).map((item) => item["subdir"])).toEqual(["schedule-analyze", "realm-sync"]);
    expect((await get("/cluster/jobs?x=1")).status).toBe(400);
  });
});

describe("the datacenter", () => {
  test("options read back, property strings as objects", async () => {
    const { get, put } = call();
    const set = { "next-id": "lower=300,upper=400", "registered-tags": "a;b", description: "Lab", max_workers: 4 };
    expect((await put("/cluster/options", { ...set, delete: "keyboard" })).status).toBe(200);
    const options = object(await get("/cluster/options"));
    expect(options).toMatchObject({
      "next-id": { lower: "300", upper: "400" },
      "registered-tags": ["a", "b"],
      description: "Lab\n",
      max_workers: "4",
    });
    expect(options).not.toHaveProperty("keyboard");
    expect((await get("/cluster/nextid")).data).toBe("300");
  });

  test("a range upside down is refused, and so is everybody without Sys.Modify", async () => {
    const { put, as } = call();
    const wrong = await put("/cluster/options", { "next-id": "lower=500,upper=100" });
    expect(wrong).toMatchObject({ status: 500, reason: "lower (500) <= upper (100) boundary rule broken" });
    expect((await (await as("auditorToken")).put("/cluster/options", {})).status).toBe(403);
  });

  test("the log tells of tasks, newest first, to those who may read it", async () => {
    const { get, post, done, as } = call();
    const { upid } = await done(await post("/nodes/pve1/qemu/100/status/stop"));
    const log = items(await get("/cluster/log?max=2"));
    expect(log.map((entry) => entry["msg"])).toEqual([`end task ${upid} OK`, `starting task ${upid}`]);
    expect(log[0]).toMatchObject({
      node: "pve1",
      user: "root@pam!full",
      pri: 6,
      id: expect.stringMatching(/^\d+:pve1$/),
    });
    const theirs = items(await (await as("operatorToken")).get("/cluster/log"));
    expect(new Set(theirs.map((entry) => entry["user"]))).toEqual(new Set(["operator@pve!ops"]));
    expect((await get("/cluster/log?max=x")).status).toBe(400);
  });
});
