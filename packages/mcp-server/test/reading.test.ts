import { describe, expect, it } from "vitest";
import { connect, withEqualMarks } from "./session.js";

describe("reading", () => {
  it("gives data and text that say the same", async () => {
    await using session = await connect();
    const { isError, data, text } = await session.callTool("get_nodes");
    expect(isError).toBe(false);
    expect(data["items"]).toEqual(
      expect.arrayContaining([expect.objectContaining({ node: "pve1", status: "online" })]),
    );
    for (const node of ["pve1", "pve2", "pve3"]) expect(text).toContain(node);
  });

  it("finds the node of a guest by its VMID", async () => {
    await using session = await connect();
    const { data } = await session.callTool("get_vm_status", { vmid: 106 });
    expect(data).toMatchObject({ status: "running", name: "appliance" });
  });

  it("takes numbers that a client sends as text", async () => {
    await using session = await connect();
    const { data } = await session.callTool("get_vm_config", { vmid: "100" });
    expect(JSON.stringify(data)).toContain("web01");
  });

  it("answers alike in both protocol eras", async () => {
    await using legacy = await connect({ era: "2025-11-25" });
    await using modern = await connect({ era: "2026-07-28" });
    const args = { storage: "nas" };
    const [one, other] = [
      await modern.callTool("get_storage_info", args),
      await legacy.callTool("get_storage_info", args),
    ];
    expect(withEqualMarks(one)).toEqual(withEqualMarks(other));
  });

  it("puts what has to be known about an answer into both forms", async () => {
    await using session = await connect();
    const { data, text } = await session.callTool("get_cluster_resources", { type: "vm", limit: 2 });
    const notes = data["notes"];
    expect(Array.isArray(notes) ? notes.length : 0).toBeGreaterThan(0);
    expect(text).toContain("\nNote: ");
  });

  it("hands on a guest's notes without what nobody sees", async () => {
    await using session = await connect({ allowed: "change" });
    const hidden = String.fromCodePoint(0x202e, 0x200b, 0xe0049);
    await session.callTool("update_vm_config", { vmid: 100, config: { description: `fine${hidden}\nsecond line` } });
    const { data, text } = await session.callTool("get_vm_config", { vmid: 100 });
    expect(session.pve.guest(100)?.config["description"]).toContain(hidden);
    expect(text).toContain("fine");
    expect(JSON.stringify(data) + text).not.toMatch(/[\u202e\u200b]|\u{e0049}/u);
  });
});
