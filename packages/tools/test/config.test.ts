import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

describe("get_vm_config", () => {
  it("takes property strings apart and names what waits for the next start", async () => {
    await using lab = openLab();
    await lab.run("update_vm_config", { vmid: 100, config: { memory: 8192 } });

    const answer = await lab.run("get_vm_config", { vmid: 100 });

    expect(answer).toMatchObject({
      vmid: 100,
      node: "pve1",
      config: { name: "web01", net0: { model: "virtio", bridge: "vmbr0", firewall: true } },
      digest: expect.stringMatching(/^[0-9a-f]{40}$/),
      pending: [{ key: "memory", value: "4096", pending: "8192" }],
    });
  });

  it("shows a snapshot's settings, of which nothing is pending", async () => {
    await using lab = openLab();

    const answer = await lab.run("get_vm_config", { vmid: 100, snapshot: "fresh-install" });

    expect(answer).toMatchObject({ config: { memory: 2048 } });
    expect(answer).not.toHaveProperty("pending");
  });
});

describe("update_vm_config", () => {
  it("shows each setting before and after, property strings part by part", async () => {
    await using lab = openLab();

    const answer = await lab.run("update_vm_config", { vmid: 103, config: { cores: 6, net0: { tag: 20 } } });

    expect(answer["changes"]).toEqual([
      { key: "cores", before: 4, after: 6 },
      { key: "net0.tag", after: 20 },
    ]);
    expect(answer).not.toHaveProperty("notes");
  });

  it("keeps the address of a network card whose other parts change", async () => {
    await using lab = openLab();
    const mac = /virtio=([0-9A-F:]+)/.exec(String(lab.sim.guest(103)?.config["net0"]))?.[1];

    await lab.run("update_vm_config", { vmid: 103, config: { net0: { bridge: "vmbr1" } } });

    expect(lab.sim.guest(103)?.config["net0"]).toContain(`virtio=${mac},bridge=vmbr1`);
  });

  it("says of half a network card as text that an object may be half", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("update_vm_config", { vmid: 103, config: { net0: "bridge=vmbr0,tag=20" } }));

    expect(error).toMatchObject({ remedy: expect.stringContaining('{"net0": {"tag": 20}}') });
  });

  it("says what is in force only after a restart", async () => {
    await using lab = openLab();

    const answer = await lab.run("update_vm_config", { vmid: 100, config: { memory: 8192, description: "bigger" } });

    expect(answer["changes"]).toEqual([
      {
        key: "description",
        before: expect.stringContaining("Front web server"),
        after: expect.stringContaining("bigger"),
      },
      { key: "memory", before: 4096, after: 8192, pending: true },
    ]);
    expect(answer.notes).toEqual([expect.stringContaining("pending")]);
    expect(lab.sim.guest(100)?.config["memory"]).toBe("4096");
  });

  it("takes settings away that are null or named in delete", async () => {
    await using lab = openLab();

    const answer = await lab.run("update_vm_config", { vmid: 101, config: { tags: null }, delete: "onboot" });

    expect(answer["changes"]).toEqual([
      { key: "onboot", before: true },
      { key: "tags", before: ["prod", "web"] },
    ]);
  });

  it("detaches a disk and keeps it, but never destroys a detached one", async () => {
    await using lab = openLab();
    await lab.run("update_vm_config", { vmid: 103, delete: "scsi0" });

    const refusals = [{ delete: ["unused0"] }, { config: { unused0: null } }].map((args) =>
      failure(lab.run("update_vm_config", { vmid: 103, ...args })),
    );

    expect(lab.sim.guest(103)?.config["unused0"]).toBe("local-lvm:vm-103-disk-2");
    expect(await Promise.all(refusals)).toMatchObject([{ code: "TOOL_PRECONDITION" }, { code: "TOOL_PRECONDITION" }]);
    expect(lab.sim.guest(103)?.config["unused0"]).toBe("local-lvm:vm-103-disk-2");
  });

  it("refuses when somebody else has changed the configuration since it was read", async () => {
    await using lab = openLab();
    const { digest } = await lab.run("get_vm_config", { vmid: 103 });
    await lab.run("update_vm_config", { vmid: 103, config: { cores: 8 } });

    const error = await failure(lab.run("update_vm_config", { vmid: 103, config: { cores: 2 }, digest }));

    expect(error).toMatchObject({
      code: "TOOL_REFUSED",
      kind: "conflict",
      remedy: expect.stringContaining("read it again"),
    });
    expect(lab.sim.guest(103)?.config["cores"]).toBe(8);
  });

  it("notices by itself when somebody changes the configuration while it works", async () => {
    await using lab = openLab({
      async meanwhile({ method, path }, other) {
        if (method !== "POST" || !path.endsWith("/config")) return;
        await other.call("PUT /nodes/{node}/qemu/{vmid}/config", { node: "pve2", vmid: 103, cores: 8 });
      },
    });

    const error = await failure(lab.run("update_vm_config", { vmid: 103, config: { cores: 2 } }));

    expect(error).toMatchObject({ code: "TOOL_REFUSED", kind: "conflict" });
    expect(lab.sim.guest(103)?.config["cores"]).toBe(8);
  });

  it("says so when the configuration was like that already", async () => {
    await using lab = openLab();

    expect(await lab.run("update_vm_config", { vmid: 103, config: { cores: 4 } })).toMatchObject({
      changes: [],
      notes: [expect.stringContaining("Nothing changed")],
    });
  });

  it("never shows a password it sets", async () => {
    await using lab = openLab();

    const answer = await lab.run("update_vm_config", { vmid: 110, config: { cipassword: "hunter2hunter2" } });
    const config = await lab.run("get_vm_config", { vmid: 110 });

    expect(answer.notes).toContain("Set, and not shown: cipassword.");
    expect(JSON.stringify([answer, config])).not.toContain("hunter2");
  });

  it("wants at least one setting", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("update_vm_config", { vmid: 103, config: {} }))).toMatchObject({
      code: "TOOL_ARGUMENT",
      problems: { config: "names no setting" },
    });
  });

  it("passes on what PVE says about a value, under the argument's name", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("update_vm_config", { vmid: 103, config: { scsi1: "nowhere:10" } }));

    expect(error).toMatchObject({ code: expect.stringMatching(/TOOL_(REFUSED|TASK)/) });
    expect(String(error)).toContain("storage 'nowhere' does not exist");
  });
});

describe("update_container_config", () => {
  it("shows each setting before and after", async () => {
    await using lab = openLab();

    const answer = await lab.run("update_container_config", {
      container_id: 203,
      config: { cores: 2, net0: { tag: 9 } },
    });

    expect(answer["changes"]).toEqual([
      { key: "cores", before: 1, after: 2 },
      { key: "net0.tag", after: 9 },
    ]);
  });
});
