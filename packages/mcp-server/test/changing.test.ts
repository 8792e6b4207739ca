import { describe, expect, it, vi } from "vitest";
import { connect } from "./session.js";

describe("changing", () => {
  it("starts a guest and waits until it runs", async () => {
    await using session = await connect({ allowed: "change" });
    const { isError, data } = await session.callTool("start_vm", { vmid: 103 });
    expect(isError).toBe(false);
    expect(data).toMatchObject({ task: "finished", exitstatus: "OK", node: "pve2", vmid: 103 });
    expect(session.pve.guest(103)?.status).toBe("running");
  });

  it("makes a guest, and gives it a VMID when none is named", async () => {
    await using session = await connect({ allowed: "change" });
    const { data } = await session.callTool("create_vm", { node_name: "pve2", name: "fresh", memory: 1024, cores: 1 });
    const vmid = Number(data["vmid"]);
    expect(session.pve.guest(vmid)).toMatchObject({ kind: "qemu", node: "pve2", name: "fresh", status: "stopped" });
  });

  it("takes a snapshot", async () => {
    await using session = await connect({ allowed: "change" });
    await session.callTool("create_vm_snapshot", { vmid: 101, snap_name: "clean", description: "before the test" });
    expect(session.pve.guest(101)?.snapshots).toContain("clean");
  });

  it("says what was before and after, and what waits for a reboot", async () => {
    await using session = await connect({ allowed: "change" });
    const { isError, data, text } = await session.callTool("update_vm_config", { vmid: 100, config: { memory: 6144 } });
    expect(isError).toBe(false);
    expect(JSON.stringify(data)).toMatch(/4096.*6144/);
    expect(text).toContain("pending");
  });

  it("destroys where that is allowed", async () => {
    await using session = await connect({ allowed: "destroy" });
    const { isError } = await session.callTool("delete_vm", { vmid: 103 });
    expect(isError).toBe(false);
    expect(session.pve.guest(103)).toBeUndefined();
  });

  it("sends each change once", async () => {
    await using session = await connect({ allowed: "change" });
    await session.callTool("start_vm", { vmid: 103 });
    const posts = session.pve.requests().filter((request) => request.method !== "GET");
    expect(posts).toHaveLength(1);
  });
});

describe("waiting", () => {
  it("passes on progress, which only grows, to a client that asked for it", async () => {
    await using session = await connect({ allowed: "change" });
    const { outcome, seen } = await session.callWithProgress("clone_vm", {
      source_vmid: 101,
      new_vmid: 301,
      full: true,
    });
    expect(outcome.isError).toBe(false);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.every(({ progress }, at) => progress > (seen[at - 1]?.progress ?? 0))).toBe(true);
    expect(seen.at(-1)?.message).toBe("TASK OK");
  });

  it("gives up at its budget, says that the task goes on, and can pick it up again", async () => {
    await using session = await connect({ allowed: "change", waitBudget: 200 });
    const { isError, data, text } = await session.callTool("clone_vm", { source_vmid: 101, new_vmid: 301, full: true });
    expect(isError).toBe(false);
    expect(data["task"]).toBe("running");
    expect(text).toContain("get_task_status");
    await session.pve.clock.advance(600_000);
    const later = await session.callTool("get_task_status", { task_id: data["upid"] });
    expect(later.data).toMatchObject({ status: "stopped", exitstatus: "OK" });
  });

  it("ends the task with a call that is cancelled, where the operator wants that", async () => {
    await using session = await connect({ allowed: "change", cancelTasks: true });
    const cancelled = new AbortController();
    const call = session.mcp.callTool(
      { name: "clone_vm", arguments: { source_vmid: 101, new_vmid: 301, full: true } },
      { signal: cancelled.signal, onprogress: () => cancelled.abort("enough") },
    );
    await expect(call).rejects.toThrow();
    await vi.waitFor(() => {
      const stops = session.pve.requests().filter((request) => request.method === "DELETE");
      expect(stops).toHaveLength(1);
    });
  });

  it("stops when the client cancels, and leaves the task alone", async () => {
    await using session = await connect({ allowed: "change" });
    const cancelled = new AbortController();
    const call = session.mcp.callTool(
      { name: "clone_vm", arguments: { source_vmid: 101, new_vmid: 301, full: true } },
      { signal: cancelled.signal, onprogress: () => cancelled.abort("enough") },
    );
    await expect(call).rejects.toThrow();
    await session.pve.clock.advance(600_000);
    const stops = session.pve.requests().filter((request) => request.method === "DELETE");
    expect(stops).toEqual([]);
    expect(session.pve.guest(301)?.lock).toBeUndefined();
    expect(session.pve.guest(301)?.kind).toBe("qemu");
  });
});
