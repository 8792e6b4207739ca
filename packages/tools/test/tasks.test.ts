import { describe, expect, it } from "vitest";
import type { Progress } from "../src/index.js";
import { failure, openLab } from "./lab.js";

describe("a tool that starts a task", () => {
  it("fails when the task fails, with its exit status and the end of its log", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("start_vm", { vmid: 104 }));

    expect(error).toMatchObject({
      code: "TOOL_TASK",
      exitstatus: expect.stringContaining("does not exist"),
      upid: expect.stringContaining(":qmstart:104:"),
      log: expect.arrayContaining([expect.stringContaining("TASK ERROR")]),
      remedy: expect.stringContaining("none,media=cdrom"),
    });
    expect(lab.sim.guest(104)?.status).toBe("stopped");
  });

  it("hands out the task when it takes longer than the caller will wait", async () => {
    await using lab = openLab();

    const answer = await lab.run("shutdown_vm", { vmid: 106, timeout: 120 }, { waitBudget: 5000 });

    expect(answer).toMatchObject({ task: "running", vmid: 106, notes: [expect.stringContaining("get_task_status")] });
    expect(await lab.run("get_task_status", { task_id: answer["upid"] })).toMatchObject({
      status: "running",
      type: "qmshutdown",
    });
  });

  it("reports what the task writes while it waits", async () => {
    await using lab = openLab();
    const progress: Progress[] = [];

    await lab.run("clone_vm", { source_vmid: 102, full: true }, { onProgress: (step) => progress.push(step) });

    expect(progress.length).toBeGreaterThan(0);
    expect(progress.some((step) => step.percent !== undefined)).toBe(true);
  });

  it("is refused while another task holds the guest, with where to look", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("start_container", { container_id: 202 }));

    expect(error).toMatchObject({ remedy: expect.stringContaining("list_tasks") });
    expect(String(error)).toContain("locked (backup)");
  });

  it("stops waiting when it is told to, and leaves the task alone", async () => {
    await using lab = openLab();
    const stop = new AbortController();

    const work = lab.run(
      "clone_vm",
      { source_vmid: 102, new_vmid: 300, full: true },
      { signal: stop.signal, onProgress: () => stop.abort() },
    );
    expect(await failure(work)).toMatchObject({ code: "TOOL_CONNECTION", message: expect.stringContaining("aborted") });

    await lab.sim.clock.advance(3_600_000);
    expect(lab.sim.guest(300)).toBeDefined();
    expect(lab.sim.requests().some((request) => request.method === "DELETE")).toBe(false);
  });
});

describe("cancel_task", () => {
  it("ends a running task and says how it ended", async () => {
    await using lab = openLab();
    const { upid } = await lab.run("shutdown_vm", { vmid: 106, timeout: 120 }, { waitBudget: 1000 });

    const answer = await lab.run("cancel_task", { task_id: upid });

    expect(answer).toMatchObject({
      status: "stopped",
      exitstatus: "received interrupt",
      notes: [expect.stringContaining("lock")],
    });
    expect(lab.sim.guest(106)?.status).toBe("running");
  });

  it("sends nothing for a task that has ended", async () => {
    await using lab = openLab();
    const { upid } = await lab.run("start_vm", { vmid: 103 });

    await lab.run("cancel_task", { task_id: upid });

    expect(lab.sim.requests().filter((request) => request.method === "DELETE")).toEqual([]);
  });

  it("does not take anything else for the id of a task", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("cancel_task", { task_id: "qmstart:100" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
      problems: { task_id: expect.any(String) },
    });
    expect(lab.sim.requests()).toEqual([]);
  });
});

describe("task lists", () => {
  it("join the nodes, newest first, and say when there may be more", async () => {
    await using lab = openLab();

    const answer = await lab.run("list_tasks", { limit: 3 });

    expect(answer["items"]).toMatchObject([
      { id: "104", status: "error", user: "operator@pve!ops" },
      { id: "111", status: "ok" },
      { type: "vzdump" },
    ]);
    expect(answer.notes).toEqual([expect.stringContaining("raise limit")]);
  });

  it("can be narrowed by guest, outcome and time", async () => {
    await using lab = openLab();

    expect(await lab.run("list_tasks", { vmid: 104 })).toMatchObject({ returned: 1 });
    expect(await lab.run("list_tasks", { statusfilter: "error" })).toMatchObject({ returned: 2 });
    expect(await lab.run("list_tasks", { since: "3h" })).toMatchObject({ returned: 1 });
    expect(await lab.run("list_tasks", { since: "2026-05-31", until: "2026-06-01" })).toMatchObject({ returned: 2 });
  });

  it("leave a log's end no secret", async () => {
    await using lab = openLab();
    const { items } = await lab.run("list_tasks", { node_name: "pve3", typefilter: "vzdump" });
    const [task] = items as readonly { readonly upid: string }[];

    const answer = await lab.run("get_task_log", { task_id: task?.upid, limit: 2 });

    expect(answer).toMatchObject({
      lines: [expect.any(String), expect.any(String)],
      total: 10,
      notes: ["8 more lines. The last ones start at 8."],
    });
    expect(await lab.run("get_task_log", { task_id: task?.upid, start: 8 })).toMatchObject({
      lines: [expect.any(String), "TASK ERROR: job errors"],
      total: 10,
    });
  });
});

describe("the tasks of a guest", () => {
  it("hold no run of a backup job over several guests, and that is said", async () => {
    await using lab = openLab();

    expect(await lab.run("list_tasks", { vmid: 202, typefilter: "vzdump" })).toMatchObject({
      items: [],
      notes: expect.arrayContaining([expect.stringContaining("leave vmid out")]),
    });
    expect((await lab.run("list_tasks", { typefilter: "vzdump" })).notes).toBeUndefined();
  });
});

describe("giving up while a task is waited for", () => {
  it("leaves the task alone, and tells of it whoever wants to end it", async () => {
    await using lab = openLab();
    const enough = new AbortController();
    const abandoned: string[] = [];
    const work = lab.run(
      "clone_vm",
      { source_vmid: 101, new_vmid: 301, full: true },
      {
        signal: enough.signal,
        onProgress: () => enough.abort(),
        onAbandoned: async (upid) => void abandoned.push(upid),
      },
    );
    await expect(work).rejects.toMatchObject({ code: "TOOL_CONNECTION" });
    expect(abandoned).toEqual([expect.stringMatching(/^UPID:.*:qmclone:101:/)]);
    expect(lab.sim.requests().filter((request) => request.method === "DELETE")).toEqual([]);
  });
});
