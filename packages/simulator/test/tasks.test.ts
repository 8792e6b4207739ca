import { describe, expect, it } from "vitest";
import { virtualClock } from "../src/clock.js";
import type { TaskWork } from "../src/handler.js";
import { createTasks, type TaskRecord, type TaskStore } from "../src/tasks.js";
import { formatUpid, parseUpid } from "../src/upid.js";
import { openSession, type Session } from "./session.js";

function openStore(): { tasks: TaskStore; run(ms: number): Promise<void>; start(work: TaskWork): TaskRecord } {
  const clock = virtualClock(1_780_300_800_000);
  const tasks = createTasks({ clock, bootedAt: () => 1_780_000_000, history: [] });
  return {
    tasks,
    run: clock.advance,
    start: (work) => tasks.start({ node: "pve1", type: "qmstart", id: "100", work }, "root@pam!full"),
  };
}

describe("task ids", () => {
  const upid = "UPID:pve1:000003EF:01CB0B07:6A1D3C00:qmstart:100:root@pam!full:";

  it("survive reading and writing", () => {
    const parts = parseUpid(upid);
    expect(parts).toMatchObject({ node: "pve1", pid: 1007, type: "qmstart", id: "100", authid: "root@pam!full" });
    expect(parts && formatUpid(parts)).toBe(upid);
  });

  it.each(["garbage", "UPID:pve:zz", upid.slice(0, -1), upid.replace("100", "1 0")])("are not %s", (text) => {
    expect(parseUpid(text)).toBeUndefined();
  });
});

describe("workers", () => {
  it("start after the call and run step by step on the clock", async () => {
    const { start, run, tasks } = openStore();
    const task = start(function* () {
      yield { log: "first", ms: 1000 };
      yield { log: "second\nthird" };
    });
    expect(task.log).toStrictEqual([]);
    await run(10);
    expect(task.log).toStrictEqual(["first"]);
    expect(tasks.running()).toStrictEqual([task]);
    await run(1000);
    expect(task).toMatchObject({ exitstatus: "OK", log: ["first", "second", "third", "TASK OK"] });
    expect(task.endtime).toBe(task.starttime + 1);
    expect(tasks.running()).toStrictEqual([]);
    expect(tasks.finished()).toStrictEqual([task]);
  });

  it("count warnings", async () => {
    const { start, run } = openStore();
    const once = start(function* () {
      yield { warn: "odd" };
    });
    await run(1);
    expect(once).toMatchObject({ exitstatus: "WARNINGS: 1", log: ["WARN: odd", "TASK WARNINGS: 1"] });
    const task = start(function* () {
      yield { warn: "odd" };
      yield { warn: "odder" };
    });
    await run(1);
    expect(task).toMatchObject({ exitstatus: "WARNINGS: 2", log: ["WARN: odd", "WARN: odder", "TASK WARNINGS: 2"] });
  });

  it("end with the text of what they throw, on one line", async () => {
    const { start, run } = openStore();
    const task = start(function* () {
      yield { log: "trying" };
      throw new Error("it broke\nbadly\n");
    });
    await run(1);
    expect(task).toMatchObject({ exitstatus: "it broke badly", log: ["trying", "TASK ERROR: it broke badly"] });
  });

  it("can be interrupted where they pause, and clean up", async () => {
    const { start, run, tasks } = openStore();
    const task = start(function* () {
      try {
        yield { log: "waiting", ms: 60_000 };
        yield { log: "never" };
      } finally {
        yield { log: "cleaning up" };
      }
    });
    await run(10);
    tasks.stop(task.upid);
    const log = ["waiting", "cleaning up", "TASK ERROR: received interrupt"];
    expect(task).toMatchObject({ exitstatus: "received interrupt", log });
    tasks.stop(task.upid);
    await run(120_000);
    expect(task.log).toStrictEqual(log);
  });

  it("can be interrupted before they have begun", async () => {
    const { start, run, tasks } = openStore();
    const task = start(function* () {
      yield { log: "never" };
    });
    tasks.stop(task.upid);
    await run(10);
    expect(task.log).toStrictEqual(["TASK ERROR: received interrupt"]);
  });

  it("get ids of their own, also within one tick", () => {
    const { start } = openStore();
    const nothing: TaskWork = function* () {};
    expect(new Set([start(nothing).upid, start(nothing).upid, start(nothing).upid]).size).toBe(3);
  });
});

/** VM 103 of the seed is stopped on pve2. */
async function startGuest({ send, sim }: Session, token: string = sim.credentials.token): Promise<string> {
  const { json } = await send("POST", "/nodes/pve2/qemu/103/status/start", { token });
  return String(json.data);
}

describe("reading tasks", () => {
  it("shows a task as running, then as stopped", async () => {
    const session = openSession();
    const upid = await startGuest(session);
    expect(upid).toMatch(/^UPID:pve2:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:qmstart:103:root@pam!full:$/);
    const status = async () => (await session.send("GET", `/nodes/pve2/tasks/${upid}/status`)).json.data;
    expect(await status()).toMatchObject({ upid, user: "root@pam", tokenid: "full", id: "103", status: "running" });
    expect(await status()).not.toHaveProperty("exitstatus");
    await session.sim.clock.advance(600_000);
    expect(await status()).toMatchObject({ status: "stopped", exitstatus: "OK" });
    expect(session.sim.guest(103)?.status).toBe("running");
  });

  it("pages through a log and tells its length", async () => {
    const { sim, send } = openSession();
    const { json } = await send("POST", "/nodes/pve1/qemu/104/clone", { form: "newid=999&full=1" });
    const log = async (query: string) => (await send("GET", `/nodes/pve1/tasks/${json.data}/log${query}`)).json;
    await sim.clock.advance(3_600_000);
    const all = await log("?limit=0");
    const lines = all.data as { n: number; t: string }[];
    expect(lines.length).toBeGreaterThan(2);
    expect(all.total).toBe(lines.length);
    expect(lines.at(-1)).toStrictEqual({ n: lines.length, t: "TASK OK" });
    expect(await log("?start=1&limit=1")).toStrictEqual({ data: [lines[1]], total: lines.length });
    expect(await log("?start=500")).toStrictEqual({ data: [], total: lines.length });
  });

  it("calls an empty log no content", async () => {
    const session = openSession();
    const { send } = session;
    const { json } = await send("POST", "/nodes/pve2/qemu/103/status/start");
    const log = await send("GET", `/nodes/pve2/tasks/${json.data}/log`);
    expect(log.json).toStrictEqual({ data: [{ n: 1, t: "no content" }], total: 1 });
  });

  it("hands a log out as a file", async () => {
    const session = openSession();
    const upid = await startGuest(session);
    await session.sim.clock.advance(600_000);
    const answer = await session.send("GET", `/nodes/pve2/tasks/${upid}/log?download=1`);
    expect(answer.headers.get("content-type")).toBe("text/plain");
    expect(answer.headers.get("content-disposition")).toMatch(
      /^attachment; filename="task-pve2-qmstart-[\dT:-]+Z\.log"$/,
    );
    expect(answer.text).toMatch(/TASK OK\n$/);
    const part = await session.send("GET", `/nodes/pve2/tasks/${upid}/log?download=1&limit=2`);
    expect([part.status, part.reason]).toEqual([
      500,
      "'download' cannot be used together with 'start' or 'limit' parameters",
    ]);
  });

  it.each([
    ["GET", "/nodes/pve1/tasks/garbage/status", "unable to parse worker upid"],
    ["GET", "/nodes/pve1/tasks/garbage/log", "unable to parse worker upid"],
    ["DELETE", "/nodes/pve1/tasks/garbage", "unable to parse worker upid"],
    ["GET", "/nodes/pve1/tasks/UPID:pve1:00000001:00000001:00000001:qmstart:100:root@pam:/status", "no such task"],
    ["DELETE", "/nodes/pve1/tasks/UPID:pve1:00000001:00000001:00000001:qmstart:100:root@pam:", "no such task"],
  ])("answers %s %s with what is wrong about the id", async (method, path, upid) => {
    const { send } = openSession();
    expect(await send(method, path)).toMatchObject({ status: 400, json: { errors: { upid } } });
  });

  it("does not know a task under another node's name", async () => {
    const session = openSession();
    const upid = await startGuest(session);
    expect(await session.send("GET", `/nodes/pve1/tasks/${upid}/status`)).toMatchObject({
      json: { errors: { upid: "no such task" } },
    });
  });

  it("shows the log of a task that never was as a file that cannot be opened", async () => {
    const { send } = openSession();
    const upid = "UPID:pve1:00000001:00000001:00000001:qmstart:100:root@pam:";
    expect((await send("GET", `/nodes/pve1/tasks/${upid}/log`)).json).toStrictEqual({
      data: [{ n: 1, t: "unable to open file - No such file or directory" }],
      total: 1,
    });
  });

  it("keeps tasks from those who may not see them", async () => {
    const session = openSession();
    const upid = await startGuest(session);
    const { send, sim } = session;
    const path = `/nodes/pve2/tasks/${upid}`;
    const operator = { token: sim.credentials.operatorToken };
    const refused = { status: 403, reason: "Permission check failed (/nodes/pve2, Sys.Audit)" };
    expect(await send("GET", `${path}/status`, operator)).toMatchObject(refused);
    expect(await send("GET", `${path}/log`, operator)).toMatchObject(refused);
    expect(await send("DELETE", path, { token: sim.credentials.auditorToken })).toMatchObject({
      status: 403,
      reason: "Permission check failed (/nodes/pve2, Sys.Modify)",
    });
    expect(await send("GET", `${path}/status`, { token: sim.credentials.auditorToken })).toMatchObject({ status: 200 });
  });

  it("stops a running task, answers null and does the same for one that has ended", async () => {
    const session = openSession();
    const upid = await startGuest(session);
    const { send } = session;
    const path = `/nodes/pve2/tasks/${upid}`;
    expect(await send("DELETE", path)).toMatchObject({ status: 200, text: '{"data":null}' });
    expect((await send("GET", `${path}/status`)).json.data).toMatchObject({ exitstatus: "received interrupt" });
    expect(await send("DELETE", path)).toMatchObject({ status: 200, text: '{"data":null}' });
    const { json } = await send("GET", `${path}/log`);
    expect((json.data as { t: string }[]).at(-1)?.t).toBe("TASK ERROR: received interrupt");
  });
});

describe("listing tasks", () => {
  type Item = Record<string, unknown>;

  it("shows finished tasks by default, running ones on request, the latest first", async () => {
    const session = openSession();
    const { send, sim } = session;
    const before = (await send("GET", "/nodes/pve2/tasks?limit=0")).json.total ?? 0;
    const upid = await startGuest(session);
    const list = async (query: string) => (await send("GET", `/nodes/pve2/tasks${query}`)).json;
    const active = (await list("?source=active")).data as Item[];
    expect(active).toMatchObject([{ upid, status: "RUNNING", saved: "0", user: "root@pam!full" }]);
    expect(active[0]).not.toHaveProperty("tokenid");
    expect((await list("")).total ?? 0).toBe(before);
    await sim.clock.advance(600_000);
    const finished = await list("?limit=1");
    expect(finished.data).toMatchObject([{ upid, status: "OK", user: "root@pam", tokenid: "full" }]);
    expect((finished.data as Item[])[0]).toHaveProperty("endtime");
    expect(finished.total).toBe(Number(before) + 1);
  });

  it("filters, and leaves the total out when nothing is left", async () => {
    const session = openSession();
    const { send, sim } = session;
    await startGuest(session);
    await sim.clock.advance(600_000);
    const ids = async (query: string) =>
      ((await send("GET", `/nodes/pve2/tasks?limit=500&${query}`)).json.data as Item[]).map((item) => item["upid"]);
    const all = await ids("");
    expect(await ids("vmid=103&typefilter=qmstart")).toHaveLength(1);
    expect(await ids("userfilter=ROOT%40PAM!F")).toHaveLength(1);
    expect(await ids("typefilter=qmsta")).toStrictEqual([]);
    const [failed, fine] = [await ids("errors=1"), await ids("statusfilter=ok")];
    expect(fine.length).toBeGreaterThan(0);
    expect([...failed, ...fine].sort()).toStrictEqual([...all].sort());
    expect(await ids(`since=${Math.floor(sim.clock.now() / 1000)}`)).toStrictEqual([]);
    expect((await send("GET", "/nodes/pve2/tasks?typefilter=nothing")).text).toBe('{"data":[]}');
  });

  it("shows the tasks of all nodes, with a process id only while they run", async () => {
    const session = openSession();
    const upid = await startGuest(session);
    const tasks = (await session.send("GET", "/cluster/tasks")).json.data as Item[];
    const running = tasks.find((task) => task["upid"] === upid);
    expect(running).toMatchObject({ node: "pve2", pid: expect.any(Number) });
    expect(running).not.toHaveProperty("status");
    const past = tasks.filter((task) => "endtime" in task);
    expect(past.length).toBeGreaterThan(1);
    expect(past.some((task) => "pid" in task)).toBe(false);
  });

  it("shows others only their own", async () => {
    const session = openSession();
    const { send, sim } = session;
    await startGuest(session);
    const operator = { token: sim.credentials.operatorToken };
    const mine = (await send("GET", "/nodes/pve2/tasks?source=all&limit=500", operator)).json.data as Item[];
    expect(mine.every((task) => String(task["user"]).startsWith("operator@pve"))).toBe(true);
    expect((await send("GET", "/cluster/tasks", operator)).json.data).toStrictEqual([]);
  });
});
