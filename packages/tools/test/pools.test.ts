import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

describe("pools", () => {
  it("are shown with what is in them", async () => {
    await using lab = openLab();

    expect(await lab.run("get_pool", { poolid: "prod" })).toEqual({
      poolid: "prod",
      comment: "What customers see",
      vms: [100, 101, 102, 200, 201],
      storages: ["nas"],
    });
    expect(await lab.run("get_pool_members", { poolid: "prod", filter: "web" })).toMatchObject({
      items: [{ vmid: 100, node: "pve1", status: "running" }, { vmid: 101 }],
    });
  });

  it("take guests as other lists name them, and are not made for members that are none", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_pool", { poolid: "new", members: "vm:103,local:iso/x.iso" }))).toMatchObject({
      problems: { members: expect.stringContaining("local:iso/x.iso") },
    });
    expect(lab.sim.requests()).toEqual([]);
    expect(await lab.run("create_pool", { poolid: "new", members: "vm:103,lxc/203,local" })).toMatchObject({
      vms: [103, 203],
      storages: ["local"],
    });
  });

  it("that do not exist are answered with those that do", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("get_pool", { poolid: "production" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      remedy: expect.stringContaining("prod"),
    });
    expect(await failure(lab.run("update_pool", { poolid: "none", comment: "x" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
    expect(lab.sim.requests().every((request) => request.method === "GET")).toBe(true);
  });

  it("take members in and let them go", async () => {
    await using lab = openLab();

    expect(await lab.run("update_pool", { poolid: "dev", members: ["103", "ssd"] })).toMatchObject({
      added: ["103", "ssd"],
      removed: [],
    });
    expect(await lab.run("update_pool", { poolid: "dev", members: "111,103", delete: true })).toMatchObject({
      removed: ["103", "111"],
      vms: [202],
    });
    expect(lab.sim.guest(111)).toBeDefined();
  });

  it("are made even when a member is refused, and that is said", async () => {
    await using lab = openLab();

    const answer = await lab.run("create_pool", { poolid: "lab", members: "100" });

    expect(answer).toMatchObject({
      done: true,
      vms: [],
      notes: [expect.stringContaining("belongs already to pool 'prod'")],
    });
  });

  it("want something to change", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("update_pool", { poolid: "dev" }))).toMatchObject({ code: "TOOL_ARGUMENT" });
    expect(lab.sim.requests()).toEqual([]);
  });

  it("with members are not deleted", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("delete_pool", { poolid: "dev" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: "pool dev is not empty: 111, 202",
      remedy: expect.stringContaining("update_pool"),
    });
    expect(await lab.run("get_pool", { poolid: "dev" })).toMatchObject({ vms: [111, 202] });
  });
});
