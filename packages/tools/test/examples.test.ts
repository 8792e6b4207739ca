import type { GuestView } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { type Answer, catalogue, findTool } from "../src/index.js";
import { departures } from "./conforms.js";
import { accessAfterwards } from "./examples-access.js";
import { clusterAfterwards } from "./examples-cluster.js";
import { guestAfterwards } from "./examples-guests.js";
import { nodeAfterwards } from "./examples-nodes.js";
import { storageAfterwards } from "./examples-storage.js";
import { type Lab, openLab } from "./lab.js";

/** What has to happen in the lab before an example makes sense. */
type Step = readonly [name: string, args: Readonly<Record<string, unknown>>];
const replicable: readonly Step[] = [
  ["create_storage", { storage: "tank", storage_type: "zfspool", config: { pool: "tank" } }],
  ["create_vm", { node_name: "pve1", vmid: 160, scsi0: "tank:4" }],
];
const before: Readonly<Record<string, readonly Step[]>> = {
  delete_firewall_rule: [["create_firewall_rule", { direction: "in", action: "ACCEPT" }]],
  disable_ha_resource: [["enable_ha_resource", { sid: "vm:100" }]],
  create_replication_job: replicable,
  delete_replication_job: [...replicable, ["create_replication_job", { vmid: 160, target_node: "pve2" }]],
  get_vm_command_result: [["execute_vm_command", { vmid: 100, command: ["sleep", "60"], timeout: 1 }]],
  delete_pool: [["create_pool", { poolid: "lab" }]],
  delete_role: [["create_role", { roleid: "PowerUser", privs: "VM.Audit" }]],
  update_vlan: [["create_vlan", { node_name: "pve1", "vlan-raw-device": "vmbr0", "vlan-id": 20 }]],
  delete_vlan: [["create_vlan", { node_name: "pve1", "vlan-raw-device": "vmbr0", "vlan-id": 20 }]],
  resume_vm: [["suspend_vm", { vmid: 100 }]],
  delete_container_snapshot: [["create_container_snapshot", { container_id: 200, snap_name: "before-update" }]],
  restore_container_snapshot: [["create_container_snapshot", { container_id: 200, snap_name: "before-update" }]],
};

/** Tools that PVE keeps from API tokens. */
const signedIn = new Set(["change_password", "remove_node_from_cluster"]);

const guest = (lab: Lab, vmid: number): Partial<GuestView> => lab.sim.guest(vmid) ?? {};
const status = (vmid: number, want: string) => (lab: Lab) => expect(guest(lab, vmid).status).toBe(want);
const newGuest = (want: object) => (lab: Lab, answer: Answer) =>
  expect(lab.sim.guest(Number(answer["vmid"]))).toMatchObject(want);

/** How the lab has to look after the example of each tool that changes something. */
const afterwards: Readonly<Record<string, (lab: Lab, answer: Answer) => unknown>> = {
  start_vm: status(103, "running"),
  shutdown_vm: status(100, "stopped"),
  reboot_vm: status(101, "running"),
  resume_vm: status(100, "running"),
  stop_vm: status(106, "stopped"),
  suspend_vm: status(101, "running"),
  update_vm_config: (lab) =>
    expect(guest(lab, 103).config).toMatchObject({ memory: "4096", description: "Windows test machine" }),
  create_vm: newGuest({ kind: "qemu", node: "pve1", name: "test01", status: "stopped" }),
  create_vm_advanced: newGuest({ kind: "qemu", node: "pve2", name: "test02", vmid: 150, status: "stopped" }),
  delete_vm: (lab) => expect(lab.sim.guest(104)).toBeUndefined(),
  clone_vm: newGuest({ kind: "qemu", name: "web03", node: "pve1" }),
  migrate_vm: (lab) => expect(guest(lab, 101)).toMatchObject({ node: "pve3", status: "running" }),
  start_container: status(203, "running"),
  shutdown_container: status(201, "stopped"),
  reboot_container: status(200, "running"),
  stop_container: status(201, "stopped"),
  update_container_config: (lab) =>
    expect(guest(lab, 200).config).toMatchObject({ memory: 1024, description: expect.stringContaining("Resolver") }),
  create_container: newGuest({ kind: "lxc", node: "pve1", name: "test03" }),
  create_container_advanced: newGuest({ kind: "lxc", node: "pve2", name: "test04", vmid: 250 }),
  delete_container: (lab) => expect(lab.sim.guest(203)).toBeUndefined(),
  clone_container: newGuest({ kind: "lxc", name: "archive2", node: "pve3" }),
  create_vm_snapshot: (lab) => expect(guest(lab, 101).snapshots).toContain("before-update"),
  delete_vm_snapshot: (lab) => expect(guest(lab, 100).snapshots).toEqual(["before-upgrade"]),
  restore_vm_snapshot: (lab) =>
    expect(guest(lab, 100)).toMatchObject({ status: "stopped", snapshots: ["fresh-install", "before-upgrade"] }),
  create_container_snapshot: (lab) => expect(guest(lab, 200).snapshots).toEqual(["before-update"]),
  delete_container_snapshot: (lab) => expect(guest(lab, 200).snapshots).toEqual([]),
  restore_container_snapshot: (lab) =>
    expect(guest(lab, 200)).toMatchObject({ status: "stopped", snapshots: ["before-update"] }),
  ...guestAfterwards,
  ...accessAfterwards,
  ...storageAfterwards,
  ...clusterAfterwards,
  ...nodeAfterwards,
  cancel_task: (_lab, answer) => expect(answer.notes).toEqual(["It had ended already; nothing was done."]),
};

describe("every tool that changes something", () => {
  it("has its effect checked below", () => {
    expect(Object.keys(afterwards).sort()).toEqual(
      catalogue.filter((tool) => tool.risk !== "read").map((tool) => tool.name),
    );
  });
});

describe.each(catalogue.map((tool) => [tool.name, tool] as const))("the example of %s", (name, tool) => {
  it("works on the lab, and the answer fits the output schema", async () => {
    await using lab = openLab(signedIn.has(name) ? { caller: "password" } : {});
    for (const [preparation, args] of before[name] ?? []) await lab.run(preparation, args);

    const answer = await lab.run(name, tool.entry.example);

    expect(departures(answer, tool.outputSchema)).toEqual([]);
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    if (tool.entry.waits === true) expect(answer).toMatchObject({ task: "finished", exitstatus: "OK" });
    await afterwards[name]?.(lab, answer);
  });

  it("changes nothing where the tool only reads", async () => {
    await using lab = openLab();
    if (findTool(name)?.risk !== "read" || before[name] !== undefined) return;
    await lab.run(name, tool.entry.example);

    // What is a POST and harmless says why in its entry.
    const harmless = tool.entry.why === undefined ? undefined : "POST";
    expect(lab.sim.requests().filter(({ method }) => method !== "GET" && method !== harmless)).toEqual([]);
  });
});
