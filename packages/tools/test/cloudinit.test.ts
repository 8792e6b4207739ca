import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBERERERERERERERERERERERERERERERERERERERERER jane@lab";

describe("cloud-init", () => {
  it("is shown with its file, and never with a password", async () => {
    await using lab = openLab();
    await lab.run("set_cloudinit", { vmid: 110, cipassword: "hunter2hunter2", sshkeys: key });

    const answer = await lab.run("get_cloudinit", { vmid: 110, dump: "user" });

    expect(answer).toMatchObject({
      drive: "ide2",
      settings: expect.arrayContaining([
        { key: "cipassword", value: "(hidden)" },
        { key: "sshkeys", value: key },
      ]),
      dump: expect.stringContaining("password: (hidden)"),
    });
    expect(String(answer["dump"])).toContain(key);
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|\$5\$/);
  });

  it("shows what a change did, and puts it onto the drive", async () => {
    await using lab = openLab();

    const answer = await lab.run("set_cloudinit", {
      vmid: 110,
      ciuser: "admin",
      cipassword: "hunter2hunter2",
      ipconfig0: "ip=10.0.0.5/24,gw=10.0.0.1",
    });

    expect(answer).toMatchObject({
      task: "finished",
      regenerated: true,
      changes: expect.arrayContaining([
        { key: "ciuser", before: "debian", after: "admin" },
        { key: "ipconfig0.ip", before: "dhcp", after: "10.0.0.5/24" },
      ]),
      notes: expect.arrayContaining(["Set, and not shown: cipassword."]),
    });
    expect(JSON.stringify(answer)).not.toContain("hunter2");
    expect(await lab.run("get_cloudinit", { vmid: 110, dump: "network" })).toMatchObject({
      dump: expect.stringContaining("10.0.0.5"),
    });
  });

  it("can wait, and is put onto the drive later", async () => {
    await using lab = openLab();
    await lab.run("attach_vm_disk", { vmid: 101, storage: "nas", size_gib: 1 });
    await lab.run("update_vm_config", { vmid: 101, config: { ide2: "nas:cloudinit" } });
    await lab.run("reboot_vm", { vmid: 101 });

    const set = await lab.run("set_cloudinit", { vmid: 101, ciuser: "admin", regenerate: false });
    const waiting = await lab.run("get_cloudinit", { vmid: 101 });
    const made = await lab.run("regenerate_cloudinit", { vmid: 101 });

    expect(set).toMatchObject({ changes: [{ key: "ciuser", after: "admin", pending: true }] });
    expect(waiting).toMatchObject({
      settings: [{ key: "ciuser", pending: "admin" }],
      notes: [expect.stringContaining("regenerate_cloudinit")],
    });
    expect(made).toMatchObject({ done: true, applied: ["ciuser"] });
  });

  it("needs a drive, and at least one setting", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("set_cloudinit", { vmid: 100, ciuser: "admin" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      remedy: expect.stringContaining("cloudinit"),
    });
    expect(await failure(lab.run("regenerate_cloudinit", { vmid: 100 }))).toMatchObject({ code: "TOOL_PRECONDITION" });
    expect(await failure(lab.run("set_cloudinit", { vmid: 110 }))).toMatchObject({ code: "TOOL_ARGUMENT" });
    expect(await lab.run("get_cloudinit", { vmid: 100 })).toMatchObject({
      settings: [],
      notes: [expect.stringContaining("no cloud-init drive")],
    });
    expect(lab.sim.requests().every((request) => request.method === "GET")).toBe(true);
  });
});

describe("convert_to_template", () => {
  it("waits for the task that PVE does not name for containers", async () => {
    await using lab = openLab();

    expect(await lab.run("convert_to_template", { vmid: 203 })).toMatchObject({
      task: "finished",
      exitstatus: "OK",
      disks: [{ disk: "mp0", volume: expect.stringContaining("base-203") }, { disk: "rootfs" }],
    });
    expect(lab.sim.guest(203)?.config["template"]).toBe(1);
  });

  it("names what stands in the way, and changes nothing", async () => {
    await using lab = openLab();
    await lab.run("create_vm_snapshot", { vmid: 104, snap_name: "before" });
    const before = lab.sim.requests().length;

    expect(await failure(lab.run("convert_to_template", { vmid: 101 }))).toMatchObject({
      remedy: "shutdown_vm first.",
    });
    expect(await failure(lab.run("convert_to_template", { vmid: 104 }))).toMatchObject({
      message: "guest 104 has snapshots: before",
    });
    expect(await failure(lab.run("convert_to_template", { vmid: 110 }))).toMatchObject({
      message: "guest 110 is a template already",
    });
    const later = lab.sim.requests().slice(before);
    expect(later.every((request) => request.method === "GET")).toBe(true);
  });
});

describe("create_vm_from_template", () => {
  it("makes a configured machine on another node, step by step", async () => {
    await using lab = openLab();

    const answer = await lab.run("create_vm_from_template", {
      template_vmid: 110,
      new_vmid: 150,
      new_name: "web03",
      target_node: "pve2",
      memory: 2048,
      sshkeys: key,
      start: true,
    });

    expect(answer).toMatchObject({
      vmid: 150,
      node: "pve2",
      steps: ["clone", "configure", "regenerate", "start"].map((step) => ({ step, outcome: "done" })),
    });
    expect(lab.sim.guest(150)).toMatchObject({ node: "pve2", status: "running", config: { memory: "2048" } });
  });

  it("says how far it came when a step fails, and keeps what is there", async () => {
    await using lab = openLab();
    lab.sim.faults.add({ kind: "task-fails", exitstatus: "no room", match: { method: "PUT", path: /resize/ } });

    const error = await failure(
      lab.run("create_vm_from_template", {
        template_vmid: 110,
        new_vmid: 150,
        ciuser: "a",
        disk_size: "16G",
        start: true,
      }),
    );

    expect(error).toMatchObject({
      code: "TOOL_PARTIAL",
      message: expect.stringMatching(
        /VM 150 was made on pve1 \(clone, configure\), but the step resize failed.*no room/,
      ),
      remedy: expect.stringContaining("Do not repeat"),
    });
    expect(lab.sim.guest(150)).toMatchObject({ status: "stopped", config: { ciuser: "a" } });
  });

  it("hands over what is left when the copy takes longer than it may wait", async () => {
    await using lab = openLab();

    const answer = await lab.run(
      "create_vm_from_template",
      { template_vmid: 110, new_vmid: 150, full: true, ciuser: "a", start: true },
      { waitBudget: 1 },
    );

    expect(answer).toMatchObject({
      task: "running",
      vmid: 150,
      steps: [
        { step: "configure", outcome: "not done" },
        { step: "regenerate", outcome: "not done" },
        { step: "start", outcome: "not done" },
      ],
    });
  });

  it("gives the copy's card a VLAN and leaves the rest of it as it is", async () => {
    await using lab = openLab();

    await lab.run("create_vm_from_template", {
      template_vmid: 110,
      new_vmid: 150,
      memory: 8192,
      ipconfig0: "ip=10.20.0.15/24,gw=10.20.0.1",
      net0: { tag: 20 },
      disk_size: "+20G",
      start: true,
    });

    const { config } = await lab.run("get_vm_config", { vmid: 150 });
    expect(config).toMatchObject({
      memory: 8192,
      ipconfig0: expect.anything(),
      net0: { bridge: "vmbr0", tag: 20 },
      scsi0: { size: "28G" },
    });
    const template = await lab.run("get_vm_config", { vmid: 110 });
    const macOf = (answer: unknown) => /[0-9A-F]{2}(?::[0-9A-F]{2}){5}/.exec(JSON.stringify(answer))?.[0];
    expect(macOf(config)).not.toBe(macOf(template));
  });

  const misfits: [title: string, args: Record<string, unknown>, want: object][] = [
    ["an address without its key", { ipconfig0: "10.20.0.15/24" }, { problems: { ipconfig0: expect.any(String) } }],
    ["an address without prefix", { ipconfig0: "ip=10.20.0.15" }, { problems: { ipconfig0: expect.any(String) } }],
    ["a size that is none", { disk_size: "28 GB" }, { problems: { disk_size: expect.any(String) } }],
    ["a size that cuts", { disk_size: "4G" }, { message: expect.stringContaining("disks cannot shrink") }],
  ];

  it.each(misfits)("makes no copy for %s", async (_title, args, want) => {
    await using lab = openLab();

    expect(await failure(lab.run("create_vm_from_template", { template_vmid: 110, ...args }))).toMatchObject(want);
    expect(lab.sim.requests().every(({ method }) => method === "GET")).toBe(true);
  });

  it("takes only a template, and one with a drive where cloud-init is to be told something", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_vm_from_template", { template_vmid: 101 }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      remedy: expect.stringContaining("clone_vm"),
    });
    await lab.run("convert_to_template", { vmid: 103 });
    expect(await failure(lab.run("create_vm_from_template", { template_vmid: 103, ciuser: "a" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: expect.stringContaining("no cloud-init drive"),
    });
  });
});

describe("migrate_container", () => {
  it("moves a stopped container, and a running one only with restart", async () => {
    await using lab = openLab();

    expect(await lab.run("migrate_container", { container_id: 203, target_node: "pve1" })).toMatchObject({
      from: "pve3",
      to: "pve1",
    });
    expect(await failure(lab.run("migrate_container", { container_id: 201, target_node: "pve1" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: expect.stringContaining("restart was not given"),
    });
    expect(lab.sim.guest(201)).toMatchObject({ node: "pve2", status: "running" });
  });

  it("says why a container cannot go there", async () => {
    await using lab = openLab({ caller: "password" });
    const move = (target_node: string) => failure(lab.run("migrate_container", { container_id: 203, target_node }));

    expect(await move("pve3")).toMatchObject({ message: "container 203 is on pve3 already" });
    expect(await move("pve9")).toMatchObject({ code: "TOOL_PRECONDITION", message: expect.stringContaining("pve9") });
    await lab.run("create_storage", {
      storage: "three",
      storage_type: "dir",
      content: "rootdir",
      config: { path: "/srv/three", nodes: "pve3" },
    });
    await lab.run("attach_container_volume", { container_id: 203, path: "/a", storage: "three", size_gib: 1 });
    expect(await move("pve1")).toMatchObject({ message: expect.stringContaining("pve1 has no storage three") });
    await lab.run("detach_guest_disk", { vmid: 203, disk: "mp1" });
    await lab.run("delete_unused_disk", { vmid: 203, disk: "unused0" });
    await lab.run("update_container_config", { container_id: 203, config: { mp1: "/srv/host,mp=/host" } });
    expect(await move("pve1")).toMatchObject({
      message: expect.stringContaining("mp1 is the directory /srv/host of its node"),
    });
    expect(lab.sim.guest(203)?.node).toBe("pve3");
  });
});
