import { withMeta } from "@pve/client";
import { expect } from "vitest";
import type { Lab, Row, Step } from "./row.js";

const staged = async (lab: Lab, node: string) =>
  (await withMeta(lab.other.call("GET /nodes/{node}/network", { node }))).changes ?? "";
const nodeState = async (lab: Lab, node: string) =>
  (await lab.other.call("GET /nodes", {})).find((row) => row.node === node)?.status;
const tasksOf = async (lab: Lab, node: string, type: string) =>
  (await lab.other.call("GET /nodes/{node}/tasks", { node, source: "all" })).filter((row) => row.type === type);
const vlan: Step = ["create_vlan", { node_name: "pve1", "vlan-raw-device": "vmbr0", "vlan-id": 20 }];
const bridge = expect.objectContaining({ iface: "vmbr0", cidr: "10.10.10.11/24" });
const failedStart = "volume 'local:iso/ubuntu-24.04.1-live-server-amd64.iso' does not exist";

const networkRows: Readonly<Record<string, Row>> = {
  get_node_network: { answers: { node: "pve1", items: expect.arrayContaining([bridge]) } },
  get_network_interfaces: { answers: { items: [bridge, expect.objectContaining({ iface: "vmbr1" })] } },
  get_vlan_config: { answers: { node: "pve1", vlans: [], zones: [] } },
  create_vlan: { effect: async (lab) => expect(await staged(lab, "pve1")).toContain("+iface vmbr0.20") },
  update_vlan: { steps: [vlan], effect: async (lab) => expect(await staged(lab, "pve1")).toContain("+#cameras") },
  delete_vlan: {
    steps: [vlan],
    effect: async (lab) => expect(await staged(lab, "pve1")).not.toContain("vmbr0.20"),
  },
};

const taskRows: Readonly<Record<string, Row>> = {
  list_tasks: { answers: { items: expect.arrayContaining([expect.objectContaining({ exitstatus: failedStart })]) } },
  get_node_tasks: { answers: { items: expect.arrayContaining([expect.objectContaining({ type: "qmstart" })]) } },
  get_cluster_tasks: { answers: { items: expect.arrayContaining([expect.objectContaining({ id: "104" })]) } },
  get_task_status: { answers: { status: "stopped", exitstatus: failedStart } },
  cancel_task: {
    before: async (lab) => {
      const clone = "POST /nodes/{node}/qemu/{vmid}/clone";
      const { upid } = await lab.other.call(clone, { node: "pve2", vmid: 101, newid: 301, full: true });
      return { task_id: upid };
    },
    effect: async (lab) => expect((await tasksOf(lab, "pve2", "qmclone"))[0]?.status).toBe("received interrupt"),
  },
  get_task_log: { answers: { lines: [`TASK ERROR: ${failedStart}`], total: 1 } },
};

/** Nodes, their network and their tasks. */
export const nodeRows: Readonly<Record<string, Row>> = {
  get_nodes: { answers: { items: expect.arrayContaining([expect.objectContaining({ node: "pve1", maxcpu: 16 })]) } },
  get_node_status: { answers: { cpuinfo: { sockets: 1, cpus: 16 } } },
  get_node_config: { answers: { node: "pve1", dns: { search: "lab.example" }, time: { timezone: "Etc/UTC" } } },
  get_node_dns: { answers: { search: "lab.example", dns1: "10.10.10.53" } },
  get_node_logs: { answers: { node: "pve1", returned: 20 } },
  get_node_disks: {
    answers: { items: expect.arrayContaining([expect.objectContaining({ devpath: "/dev/sda", health: "PASSED" })]) },
  },
  get_node_cert: {
    answers: { items: expect.arrayContaining([expect.objectContaining({ filename: "pve-root-ca.pem" })]) },
  },
  get_node_apt_updates: {
    answers: { items: expect.arrayContaining([expect.objectContaining({ Package: "tzdata" })]), total: 2 },
  },
  get_node_stats: { answers: { node: "pve1", timeframe: "day", statistics: { cpu: { max: 0.122 } } } },
  update_node_config: {
    effect: async (lab) =>
      expect(await lab.other.call("GET /nodes/{node}/config", { node: "pve2" })).toMatchObject({
        description: expect.stringContaining("rack 4, right side"),
      }),
  },
  apply_node_updates: { effect: async (lab) => expect(await tasksOf(lab, "pve1", "aptupdate")).toHaveLength(1) },
  reboot_node: {
    effect: async (lab) => {
      await lab.sim.clock.advance(900_000);
      const { uptime = 0 } = await lab.other.call("GET /nodes/{node}/status", { node: "pve3" });
      expect(uptime).toBeLessThan(3600);
    },
  },
  shutdown_node: {
    effect: async (lab) => {
      await lab.sim.clock.advance(900_000);
      expect(await nodeState(lab, "pve3")).toBe("offline");
    },
  },
  ...networkRows,
  ...taskRows,
};
