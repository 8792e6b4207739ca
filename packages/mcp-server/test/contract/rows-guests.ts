import type { GuestView } from "@pve/simulator";
import { expect } from "vitest";
import type { Answer, Effect, Lab, Row, Step } from "./row.js";

const guest = (lab: Lab, vmid: number): Partial<GuestView> => lab.sim.guest(vmid) ?? {};
const status =
  (vmid: number, want: string): Effect =>
  (lab) =>
    expect(guest(lab, vmid).status).toBe(want);
const newGuest =
  (want: object): Effect =>
  (lab, answer: Answer) =>
    expect(lab.sim.guest(Number(answer["vmid"]))).toMatchObject(want);
const gone =
  (vmid: number): Effect =>
  (lab) =>
    expect(lab.sim.guest(vmid)).toBeUndefined();

const uptime = async (lab: Lab, kind: "qemu" | "lxc", node: string, vmid: number) =>
  (await lab.other.call(`GET /nodes/{node}/${kind}/{vmid}/status/current`, { node, vmid })).uptime ?? 0;
const snapshot: Step = ["create_container_snapshot", { container_id: 200, snap_name: "before-update" }];
const notOn = "The firewall of the cluster is switched off: no rule is in force anywhere.";

const vmRows: Readonly<Record<string, Row>> = {
  get_vms: { answers: { totals: { running: 2, stopped: 2 }, items: expect.any(Array), total: 4 } },
  get_vm_status: { answers: { vmid: 100, name: "web01", status: "running", ha: { managed: false } } },
  get_vm_config: {
    answers: { node: "pve1", config: { memory: 4096, net0: { model: "virtio", bridge: "vmbr0", firewall: true } } },
  },
  get_vm_stats: { answers: { vmid: 100, statistics: { cpu: { max: 0.2228, trend: "steady" } } } },
  get_vm_firewall_rules: { answers: { scope: "guest/100", notes: expect.arrayContaining([notOn]) } },
  start_vm: { effect: status(103, "running") },
  shutdown_vm: { effect: status(100, "stopped") },
  reboot_vm: { effect: async (lab) => expect(await uptime(lab, "qemu", "pve2", 101)).toBeLessThan(3600) },
  stop_vm: { effect: status(106, "stopped") },
  suspend_vm: {
    effect: async (lab) => {
      const at = { node: "pve2", vmid: 101 };
      const { qmpstatus } = await lab.other.call("GET /nodes/{node}/qemu/{vmid}/status/current", at);
      expect(qmpstatus).toBe("paused");
    },
  },
  resume_vm: {
    steps: [["suspend_vm", { vmid: 100 }]],
    effect: async (lab) => {
      const at = { node: "pve1", vmid: 100 };
      const { qmpstatus } = await lab.other.call("GET /nodes/{node}/qemu/{vmid}/status/current", at);
      expect(qmpstatus).toBe("running");
    },
  },
  update_vm_config: {
    effect: (lab) =>
      expect(guest(lab, 103).config).toMatchObject({ memory: "4096", description: "Windows test machine" }),
  },
  create_vm: { effect: newGuest({ kind: "qemu", node: "pve1", name: "test01", status: "stopped" }) },
  create_vm_advanced: { effect: newGuest({ kind: "qemu", node: "pve2", name: "test02", vmid: 150 }) },
  delete_vm: { effect: gone(104) },
  clone_vm: { effect: newGuest({ kind: "qemu", name: "web03", node: "pve1" }) },
  migrate_vm: { effect: (lab) => expect(guest(lab, 101)).toMatchObject({ node: "pve3", status: "running" }) },
  get_vm_console: {
    effect: (lab, answer) => {
      const { ticket = "none" } = JSON.parse(lab.secrets.get("console-100-vnc") ?? "{}");
      expect(ticket).toContain("PVEVNC:");
      expect(JSON.stringify(answer)).not.toContain(ticket);
    },
  },
};

const containerRows: Readonly<Record<string, Row>> = {
  get_containers: { answers: { totals: { stopped: 2 }, total: 2 } },
  get_container_status: { answers: { vmid: 200, name: "dns01", status: "running" } },
  get_container_config: { answers: { vmid: 200, config: { hostname: "dns01", rootfs: { size: "4G" } } } },
  get_container_stats: { answers: { vmid: 200, statistics: { cpu: { trend: "steady" } } } },
  start_container: { effect: status(203, "running") },
  shutdown_container: { effect: status(201, "stopped") },
  reboot_container: { effect: async (lab) => expect(await uptime(lab, "lxc", "pve1", 200)).toBeLessThan(3600) },
  stop_container: { effect: status(201, "stopped") },
  update_container_config: { effect: (lab) => expect(guest(lab, 200).config).toMatchObject({ memory: 1024 }) },
  create_container: { effect: newGuest({ kind: "lxc", node: "pve1", name: "test03" }) },
  create_container_advanced: { effect: newGuest({ kind: "lxc", node: "pve2", name: "test04", vmid: 250 }) },
  delete_container: { effect: gone(203) },
  clone_container: { effect: newGuest({ kind: "lxc", name: "archive2", node: "pve3" }) },
};

const snapshotRows: Readonly<Record<string, Row>> = {
  list_vm_snapshots: { answers: { vmid: 100, count: 2, tree: [{ name: "fresh-install" }] } },
  list_container_snapshots: { answers: { vmid: 200, count: 0, tree: [{ name: "current" }] } },
  create_vm_snapshot: { effect: (lab) => expect(guest(lab, 101).snapshots).toContain("before-update") },
  delete_vm_snapshot: { effect: (lab) => expect(guest(lab, 100).snapshots).toEqual(["before-upgrade"]) },
  restore_vm_snapshot: {
    effect: (lab) =>
      expect(guest(lab, 100)).toMatchObject({ status: "stopped", snapshots: ["fresh-install", "before-upgrade"] }),
  },
  create_container_snapshot: { effect: (lab) => expect(guest(lab, 200).snapshots).toEqual(["before-update"]) },
  delete_container_snapshot: {
    steps: [snapshot],
    effect: (lab) => expect(guest(lab, 200).snapshots).toEqual([]),
  },
  restore_container_snapshot: {
    steps: [snapshot],
    effect: (lab) => expect(guest(lab, 200)).toMatchObject({ status: "stopped", snapshots: ["before-update"] }),
  },
};

/** Virtual machines, containers and their snapshots. */
export const guestRows: Readonly<Record<string, Row>> = { ...vmRows, ...containerRows, ...snapshotRows };
