import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

describe("get_cluster_resources", () => {
  it("counts everything that fits, whatever it shows", async () => {
    await using lab = openLab();

    const answer = await lab.run("get_cluster_resources", { type: "vm", limit: 2 });

    expect(answer).toMatchObject({
      totals: { qemu: { running: 5, stopped: 3 }, lxc: { running: 2, stopped: 2 } },
      total: 12,
      returned: 2,
      notes: ["Rows 1 to 2 of 12. The next start at offset 2; filter narrows them down."],
    });
  });

  it("finds by name, tag, node or state in any case", async () => {
    await using lab = openLab();

    const names = async (filter: string) => {
      const { items } = await lab.run("get_cluster_resources", { type: "vm", filter, fields: ["name"] });
      return (items as readonly { readonly name: string }[]).map((item) => item.name);
    };

    expect(await names("WEB0")).toEqual(["web01", "web02"]);
    expect(await names("db")).toEqual(["db01"]);
    expect(await names("infra")).toEqual(["dns01"]);
  });

  it("tells virtual machines from containers, which PVE's own filter does not", async () => {
    await using lab = openLab();

    expect(await lab.run("get_cluster_resources", { type: "lxc", limit: 0 })).toMatchObject({
      totals: { lxc: { running: 2, stopped: 2 } },
      total: 4,
    });
  });

  it("shows the largest first when asked to", async () => {
    await using lab = openLab();

    const answer = await lab.run("get_cluster_resources", {
      type: "qemu",
      sort: "-maxmem",
      limit: 1,
      fields: "name,maxmem",
    });

    expect(answer["items"]).toEqual([{ name: expect.stringMatching(/db01|win11/), maxmem: 8 * 1024 ** 3 }]);
  });

  it("names the fields there are when one is wrong", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("get_cluster_resources", { type: "node", sort: "memory" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
      problems: { sort: "no row has the field memory" },
      remedy: expect.stringContaining("maxmem"),
    });
  });
});

describe("lists of guests", () => {
  it("cover the cluster when no node is named", async () => {
    await using lab = openLab();

    expect(await lab.run("get_vms", { limit: 0 })).toMatchObject({ totals: { running: 5, stopped: 3 }, total: 8 });
    expect(await lab.run("get_containers")).toMatchObject({
      items: [{ vmid: 200 }, { vmid: 201 }, { vmid: 202, lock: "backup" }, { vmid: 203 }],
    });
  });

  it("keep to one node when it is named", async () => {
    await using lab = openLab();

    expect(await lab.run("get_vms", { node_name: "pve3" })).toMatchObject({
      items: [
        { vmid: 106, node: "pve3" },
        { vmid: 111, node: "pve3" },
      ],
    });
  });
});

describe("snapshots", () => {
  it("stand in a tree that ends in the present state", async () => {
    await using lab = openLab();

    expect(await lab.run("list_vm_snapshots", { vmid: 100 })).toEqual({
      vmid: 100,
      node: "pve1",
      count: 2,
      tree: [
        {
          name: "fresh-install",
          taken: "2026-04-22T08:00:00Z",
          description: "right after the installer",
          children: [
            {
              name: "before-upgrade",
              taken: "2026-05-29T08:00:00Z",
              description: "before Debian 13.2",
              children: [{ name: "current" }],
            },
          ],
        },
      ],
    });
  });

  it("that do not exist leave the guest alone", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("restore_vm_snapshot", { vmid: 100, snap_name: "never" }))).toMatchObject({
      code: "TOOL_TASK",
      exitstatus: expect.stringContaining("snapshot 'never' does not exist"),
    });
    expect(lab.sim.guest(100)?.status).toBe("running");
  });
});

describe("storage", () => {
  it("that is shared counts once", async () => {
    await using lab = openLab();

    const answer = await lab.run("get_storage_quota", { storage: "nas" });

    expect(answer).toMatchObject({
      shared: true,
      total: 2048 * 1024 ** 3,
      nodes: [{ node: "pve1" }, { node: "pve2" }, { node: "pve3" }],
    });
  });

  it("that is local is added up, and shown node by node", async () => {
    await using lab = openLab();

    expect(await lab.run("get_storage_quota", { storage: "local-lvm" })).toMatchObject({
      shared: false,
      total: 3 * 340 * 1024 ** 3,
    });
  });

  it("that is local is read on every node, which is named", async () => {
    await using lab = openLab();

    const { items, totals } = await lab.run("get_storage_content", {
      storage: "local",
      content: "vztmpl",
      filter: "alpine",
    });
    const sizes = (items as readonly { readonly size: number }[]).map(({ size }) => size);
    expect(totals).toEqual({ vztmpl: { volumes: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) } });

    expect((items as readonly { readonly node: string }[]).map((item) => item.node)).toEqual(["pve1", "pve2", "pve3"]);
  });

  it("that does not exist is answered with those that do", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("get_storage_info", { storage: "nass" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      remedy: "Did you mean nas?",
    });
    expect(await failure(lab.run("get_storage_info", { storage: "tape" }))).toMatchObject({
      remedy: "There are: local, local-lvm, nas, ssd.",
    });
  });

  it("shows its state even to those who may not read its settings", async () => {
    await using lab = openLab({ caller: "auditorToken" });

    const answer = await lab.run("get_storage_info", { storage: "nas" });

    expect(answer).toMatchObject({
      nodes: [{ node: "pve1", status: "available" }, {}, {}],
      notes: [expect.stringContaining("the settings could not be read")],
    });
    expect(answer).not.toHaveProperty("config");
  });
});

describe("list_backups", () => {
  it("shows the newest first, with age and protection", async () => {
    await using lab = openLab();

    expect(await lab.run("list_backups", { vmid: 102 })).toMatchObject({
      total: 3,
      items: [
        { vmid: 102, type: "qemu", age_days: 1.2, protected: false, storage: "nas" },
        { age_days: 2.2 },
        { age_days: 60, protected: true, notes: "before the move to PostgreSQL 17" },
      ],
    });
  });

  it("finds them by what somebody wrote", async () => {
    await using lab = openLab();

    expect(await lab.run("list_backups", { filter: "postgresql" })).toMatchObject({ total: 1 });
  });
});
