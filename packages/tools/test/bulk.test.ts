import { describe, expect, it } from "vitest";
import { failure, type Lab, openLab } from "./lab.js";

const posts = (lab: Lab) => lab.sim.requests().filter(({ method }) => method === "POST");
const outcomes = (answer: Readonly<Record<string, unknown>>) =>
  Object.fromEntries((answer["items"] as { vmid: number; outcome: string }[]).map((one) => [one.vmid, one.outcome]));

describe("many guests at once", () => {
  it("are each an item of their own, whatever becomes of the others", async () => {
    await using lab = openLab();

    const answer = await lab.run("start_guests", { vmids: "100,103,104,110,202,203,999" });

    expect(outcomes(answer)).toEqual({
      100: "skipped",
      103: "done",
      104: "failed",
      110: "skipped",
      202: "failed",
      203: "done",
      999: "refused",
    });
    expect(answer).toMatchObject({ totals: { done: 2, skipped: 2, failed: 2, refused: 1 } });
    expect(answer["items"]).toContainEqual(
      expect.objectContaining({ vmid: 104, reason: expect.stringContaining("ubuntu"), upid: expect.any(String) }),
    );
    expect(answer["items"]).toContainEqual(
      expect.objectContaining({ vmid: 202, reason: expect.stringContaining("lock") }),
    );
    expect(lab.sim.guest(203)?.status).toBe("running");
  });

  it("are chosen by node, pool and tag together, templates left out", async () => {
    await using lab = openLab();
    const dry = { dry_run: true };

    expect(outcomes(await lab.run("shutdown_guests", { tag: "prod", node_name: "pve1", ...dry }))).toEqual({
      100: "not_started",
      102: "not_started",
      200: "not_started",
    });
    expect(outcomes(await lab.run("start_guests", { node_name: "pve1", ...dry }))).not.toHaveProperty("110");
    expect(outcomes(await lab.run("suspend_guests", { pool: "dev", ...dry }))).toEqual({
      111: "not_started",
      202: "skipped",
    });
    expect(posts(lab)).toEqual([]);
  });

  it("are taken in their boot order, and backwards when they go down", async () => {
    await using lab = openLab();
    const vmids = "100,200";
    await lab.run("shutdown_guests", { vmids, parallel: 1 });
    await lab.run("start_guests", { vmids, parallel: 1 });

    const order = posts(lab).map(({ path }) => `${path.split("/").at(-1)} ${path.split("/").at(-3)}`);

    // The container has startup order 1, the virtual machine none.
    expect(order).toEqual(["shutdown 100", "shutdown 200", "start 200", "start 100"]);
  });

  it("say who did not react in time, and who is left when the wait is over", async () => {
    await using lab = openLab();

    const answer = await lab.run("shutdown_guests", { vmids: "106,111", timeout: 10 });
    const cut = await lab.run("shutdown_guests", { vmids: "100,101,102", parallel: 1 }, { waitBudget: 500 });

    expect(outcomes(answer)).toEqual({ 106: "failed", 111: "done" });
    expect(Object.values(outcomes(cut)).sort()).toEqual(["not_started", "not_started", "running"]);
    expect(cut.notes).toEqual([expect.stringContaining("goes on"), expect.stringContaining("asked for again")]);
  });

  it("are never asked twice, also when a connection breaks", async () => {
    const sent: string[] = [];
    await using lab = openLab({
      async meanwhile({ method, path }) {
        if (method !== "POST") return;
        sent.push(path);
        if (path.includes("/103/")) throw new TypeError("fetch failed");
      },
    });

    const answer = await lab.run("start_guests", { vmids: "103,203" });

    expect(outcomes(answer)).toEqual({ 103: "unknown", 203: "done" });
    expect(answer.notes).toEqual([expect.stringContaining("before repeating")]);
    expect(sent).toHaveLength(2);
  });

  it("move to one node, running machines live and containers only when they may be down", async () => {
    await using lab = openLab();
    const args = { vmids: "101,103,201", target_node: "pve1" };

    expect(outcomes(await lab.run("migrate_guests", args))).toEqual({ 101: "done", 103: "failed", 201: "refused" });
    expect(outcomes(await lab.run("migrate_guests", { ...args, restart_containers: true }))).toMatchObject({
      101: "skipped",
      201: "done",
    });
    expect(lab.sim.guest(201)).toMatchObject({ node: "pve1", status: "running" });
    expect(await failure(lab.run("migrate_guests", { ...args, target_node: "pve9" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      remedy: "Online are: pve1, pve2, pve3.",
    });
  });

  it("are never all of them by mistake, and never none without a word", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("stop_guests", {}))).toMatchObject({
      code: "TOOL_ARGUMENT",
      problems: { vmids: expect.stringContaining("choose guests") },
    });
    expect(await failure(lab.run("stop_guests", { tag: "nowhere" }))).toMatchObject({ code: "TOOL_NOT_FOUND" });
    expect(await failure(lab.run("stop_guests", { vmids: "web01" }))).toMatchObject({ code: "TOOL_ARGUMENT" });
    expect(posts(lab)).toEqual([]);
  });

  it("show how far they are", async () => {
    await using lab = openLab();
    const seen: { percent?: number; message: string }[] = [];

    await lab.run("stop_guests", { vmids: "106,111" }, { onProgress: (progress) => seen.push(progress) });

    expect(seen.map(({ percent }) => percent)).toEqual([50, 100]);
    expect(seen[0]?.message).toMatch(/^1\d\d \w+: done$/);
  });
});

describe("draining a node", () => {
  const all = { restart_containers: true, with_local_disks: true };

  it("is planned first: who goes where and how, and who stays and why", async () => {
    await using lab = openLab();

    const plan = await lab.run("plan_node_drain", { node_name: "pve1" });

    expect(plan["items"]).toMatchObject([
      { vmid: 102, to: expect.stringMatching(/pve[23]/), how: "online", why: expect.stringContaining("memory") },
      { vmid: 100, why: "its disks are local, and with_local_disks was not given" },
      { vmid: 200, why: expect.stringContaining("restart_containers") },
      { vmid: 104, why: expect.stringContaining("ide2 holds local:iso/") },
      { vmid: 110, to: expect.any(String), how: "offline" },
    ]);
    expect(plan).toMatchObject({ moves: 2, stays: 3, targets: [{ node: "pve2" }, { node: "pve3" }] });
    expect(posts(lab)).toEqual([]);
  });

  it("moves what can go, once each, and leaves the rest with a reason", async () => {
    await using lab = openLab();

    const answer = await lab.run("drain_node", { node_name: "pve1", ...all }, { waitBudget: 3_600_000 });

    expect(outcomes(answer)).toEqual({ 100: "done", 102: "done", 104: "skipped", 110: "done", 200: "done" });
    expect(answer).toMatchObject({ left: 1, totals: { done: 4, skipped: 1 } });
    expect(lab.sim.guest(100)).toMatchObject({ node: expect.stringMatching(/pve[23]/), status: "running" });
    expect(posts(lab)).toHaveLength(4);
  });

  it("goes on after a failure, and says which it was", async () => {
    await using lab = openLab();
    lab.sim.faults.add({ kind: "task-fails", exitstatus: "migration aborted", match: { path: /qemu\/101\/migrate/ } });

    const answer = await lab.run("drain_node", { node_name: "pve2", ...all }, { waitBudget: 3_600_000 });

    expect(outcomes(answer)).toMatchObject({ 101: "failed", 201: "done" });
    expect(answer["items"]).toContainEqual(expect.objectContaining({ vmid: 101, reason: "migration aborted" }));
    expect(lab.sim.guest(101)?.node).toBe("pve2");
  });

  it("keeps to the nodes and guests that are named, and to their memory", async () => {
    await using lab = openLab();
    await lab.run("update_vm_config", { vmid: 103, config: { memory: 65_536, ide2: "none,media=cdrom" } });
    await lab.run("start_vm", { vmid: 103 });

    const plan = await lab.run("plan_node_drain", { node_name: "pve2", target_nodes: "pve3", leave: "201", ...all });

    expect(plan["items"]).toMatchObject([
      { vmid: 103, why: expect.stringMatching(/^pve3: .*MiB of memory left, 65536 MiB wanted/) },
      { vmid: 101, to: "pve3" },
      { vmid: 201, why: "it is to be left there" },
    ]);
  });

  it("sends nobody to a node that lacks a storage, or room on it", async () => {
    await using lab = openLab();
    await lab.run("update_storage", { storage: "nas", config: { nodes: "pve1,pve2" } });

    const plan = await lab.run("plan_node_drain", { node_name: "pve2", target_nodes: "pve3", ...all });

    expect(plan["items"]).toContainEqual(expect.objectContaining({ vmid: 201, why: "pve3: it has no storage nas" }));
    expect(plan["items"]).toContainEqual(
      expect.objectContaining({ vmid: 101, why: "pve3: unavailable storages: nas" }),
    );
  });

  it("is shown as far as it is asked for, what has to stay first", async () => {
    await using lab = openLab();

    const plan = await lab.run("plan_node_drain", {
      node_name: "pve2",
      leave: "103",
      restart_containers: true,
      limit: 1,
    });

    expect(plan).toMatchObject({
      items: [{ vmid: 103, why: "it is to be left there" }],
      moves: 2,
      stays: 1,
      notes: expect.arrayContaining([expect.stringMatching(/^Shown are 1 of 3/)]),
    });
  });

  it("knows of HA, and of nodes that are not there", async () => {
    await using lab = openLab();
    await lab.run("enable_ha_resource", { sid: "vm:101" });
    await lab.sim.clock.advance(30_000);

    const plan = await lab.run("plan_node_drain", { node_name: "pve2" });

    expect(plan["items"]).toContainEqual(expect.objectContaining({ vmid: 101, why: expect.stringContaining("HA") }));
    expect(plan.notes).toContainEqual(expect.stringContaining("node-maintenance"));
    for (const args of [
      { node_name: "pve9" },
      { node_name: "pve1", target_nodes: "pve9" },
      { node_name: "pve1", leave: "106" },
    ]) {
      expect(await failure(lab.run("plan_node_drain", args))).toMatchObject({ code: "TOOL_NOT_FOUND" });
    }
  });
});
