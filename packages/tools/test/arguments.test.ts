import { describe, expect, it } from "vitest";
import { ToolArgumentError } from "../src/index.js";
import { failure, openLab } from "./lab.js";

const cases: [
  title: string,
  tool: string,
  args: Readonly<Record<string, unknown>>,
  problems: Readonly<Record<string, string>>,
][] = [
  [
    "names an argument that is missing, with what is expected",
    "start_vm",
    {},
    { vmid: "missing; expected an integer from 100 to 999999999" },
  ],
  [
    "counts null as missing",
    "start_vm",
    { vmid: null },
    { vmid: "missing; expected an integer from 100 to 999999999" },
  ],
  [
    "says what it wants instead of a word",
    "start_vm",
    { vmid: "web01" },
    { vmid: 'expected an integer from 100 to 999999999, got "web01"' },
  ],
  [
    "knows the limits of a number",
    "start_vm",
    { vmid: 7 },
    { vmid: "expected an integer from 100 to 999999999, got 7" },
  ],
  [
    "names the choices",
    "get_cluster_resources",
    { type: "guest" },
    { type: 'expected one of "vm", "qemu", "lxc", "node", "storage", "pool", "sdn", "network", got "guest"' },
  ],
  [
    "suggests the contracted name for PVE's own",
    "start_vm",
    { vmid: 103, node: "pve2" },
    { node: "no such argument; did you mean node_name?" },
  ],
  [
    "suggests container_id for vmid",
    "start_container",
    { vmid: 203 },
    {
      vmid: "no such argument; did you mean container_id?",
      container_id: "missing; expected an integer from 100 to 999999999",
    },
  ],
  [
    "suggests a name that is nearly right",
    "create_vm_snapshot",
    { vmid: 101, snapname: "a", descripton: "b" },
    {
      snapname: "no such argument; did you mean snap_name?",
      descripton: "no such argument; did you mean description?",
      snap_name: "missing; expected a string",
    },
  ],
  [
    "suggests a name that goes on",
    "attach_vm_disk",
    { vmid: 100, storage: "local-lvm", size: 32 },
    { size: "no such argument; did you mean size_gib?" },
  ],
  [
    "suggests an option that is nearly right",
    "update_vm_config",
    { vmid: 103, config: { memroy: 1 } },
    { "config.memroy": "no such option; did you mean memory?" },
  ],
  [
    "knows families of options",
    "update_vm_config",
    { vmid: 103, config: { net1: "virtio,bridge=vmbr0", nett1: "x" } },
    { "config.nett1": "no such option; did you mean net1?" },
  ],
  [
    "says where an option belongs",
    "create_vm_advanced",
    { node_name: "pve1", scsi1: "nas:4" },
    { scsi1: "no such argument; it belongs in config" },
  ],
  [
    "wants an object where a text is no JSON",
    "update_vm_config",
    { vmid: 103, config: "memory=1" },
    { config: expect.stringMatching(/^expected an object or a string, got "memory=1" \(Settings by name;/) },
  ],
  [
    "says when something is given twice",
    "create_vm_advanced",
    { node_name: "pve1", memory: 1024, config: { memory: 2048 } },
    { memory: "given twice, also in config" },
  ],
  [
    "reports everything at once",
    "shutdown_vm",
    { timeout: "soon", timeouts: 5 },
    {
      timeout: 'expected an integer of at least 0, got "soon" (Seconds)',
      timeouts: "no such argument; did you mean timeout?",
      vmid: "missing; expected an integer from 100 to 999999999",
    },
  ],
];

describe("what an argument is", () => {
  it("is said where the form or the unit is wrong, before PVE is asked and after", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_vm_from_template", { template_vmid: 110, memory: "8 GB" }))).toMatchObject({
      problems: { memory: 'expected an integer of at least 16, got "8 GB" (Memory in MiB)' },
    });
    expect(await failure(lab.run("create_user", { userid: "jane" }))).toMatchObject({
      problems: { userid: expect.stringMatching(/does not match .*; expected: .*`name@realm`/) },
    });
    expect(
      await failure(lab.run("create_ha_rule", { rule: "r1", type: "node-affinity", resources: "100", nodes: "pve1" })),
    ).toMatchObject({ message: expect.stringContaining("such as `vm:100,ct:101`") });
  });
});

describe("wrong arguments", () => {
  it.each(cases)("%s", async (_title, tool, args, problems) => {
    await using lab = openLab();

    const error = await failure(lab.run(tool, args));

    expect(error).toBeInstanceOf(ToolArgumentError);
    expect(error).toMatchObject({ code: "TOOL_ARGUMENT", problems });
    expect(lab.sim.requests()).toEqual([]);
  });

  it("list the ones that are valid", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("start_vm", { id: 1 }))).toMatchObject({
      remedy: "start_vm takes: node_name?, vmid, timeout?",
    });
    expect(await failure(lab.run("get_nodes", { id: 1 }))).toMatchObject({ remedy: "get_nodes takes: no arguments" });
  });
});

describe("arguments as models write them", () => {
  it("may be numbers in quotes and booleans as words", async () => {
    await using lab = openLab();

    await lab.run("restore_vm_snapshot", { vmid: "100", snap_name: "before-upgrade", start: "true" });

    expect(lab.sim.guest(100)?.status).toBe("running");
    expect(lab.sim.requests().some((request) => request.path.endsWith("/rollback"))).toBe(true);
  });

  it("may give an object as its JSON text", async () => {
    await using lab = openLab();

    await lab.run("update_vm_config", { vmid: 103, config: '{"memory": 4096, "net0": {"tag": 7}}' });

    expect(lab.sim.guest(103)?.config).toMatchObject({
      memory: "4096",
      net0: expect.stringMatching(/bridge=vmbr0.*tag=7/),
    });
  });

  it("may be null where they could be left out", async () => {
    await using lab = openLab();

    expect(await lab.run("get_vm_status", { vmid: 100, node_name: null })).toMatchObject({ name: "web01" });
  });
});
