import { expect } from "vitest";
import type { Lab, Row, Step } from "./row.js";

const jobs = (lab: Lab) => lab.other.call("GET /cluster/replication", {});
const replicable: readonly Step[] = [
  ["create_storage", { storage: "tank", storage_type: "zfspool", config: { pool: "tank" } }],
  ["create_vm", { node_name: "pve1", vmid: 160, scsi0: "tank:4" }],
];

const replicated: readonly Step[] = [...replicable, ["create_replication_job", { vmid: 160, target_node: "pve2" }]];
const job = (lab: Lab) => lab.other.call("GET /cluster/replication/{id}", { id: "160-0" });

const replicationRows: Readonly<Record<string, Row>> = {
  update_replication_job: {
    steps: replicated,
    effect: async (lab) => expect(await job(lab)).toMatchObject({ schedule: "*/5", rate: 50 }),
  },
  run_replication_job: {
    steps: replicated,
    effect: async (lab) => {
      // The scheduler comes by at every full minute; the job is not due before the next quarter.
      await lab.sim.clock.advance(60_000);
      const route = "GET /nodes/{node}/replication/{id}/status";
      const { last_sync = 0 } = await lab.other.call(route, { node: "pve1", id: "160-0" });
      expect(last_sync).toBeGreaterThan(0);
    },
  },
  get_replication_log: {
    steps: [...replicated, ["run_replication_job", { id: "160-0" }]],
    before: async (lab) => {
      await lab.sim.clock.advance(60_000);
      return {};
    },
    answers: { node: "pve1", lines: expect.arrayContaining([expect.stringContaining("end replication job")]) },
  },
  list_replication_jobs: { answers: { items: [], count: 0 } },
  create_replication_job: {
    steps: replicable,
    effect: async (lab) =>
      expect(await jobs(lab)).toContainEqual(expect.objectContaining({ guest: 160, target: "pve2", schedule: "*/30" })),
  },
  delete_replication_job: {
    steps: replicated,
    effect: async (lab) =>
      expect((await jobs(lab)).filter((job) => job.id === "160-0" && job.remove_job === undefined)).toEqual([]),
  },
};

/** The cluster as a whole and replication. */
export const clusterRows: Readonly<Record<string, Row>> = {
  get_alerts: { answers: { complete: true, unchecked: [], counts: { critical: 1 } } },
  get_cluster_config: { answers: { clustered: true, cluster: "lab", totem: { cluster_name: "lab" } } },
  get_cluster_nodes_status: {
    answers: { quorate: true, nodes: [{ node: "pve1" }, { node: "pve2" }, { node: "pve3" }] },
  },
  get_cluster_resources: { answers: { totals: { qemu: { running: 3 }, lxc: { running: 2 } }, total: 5 } },
  get_cluster_stats: { answers: { nodes: { online: 3 }, vms: { running: 5, stopped: 2, template: 1 } } },
  get_cluster_status: { answers: { items: expect.arrayContaining([expect.objectContaining({ quorate: true })]) } },
  add_node_to_cluster: {
    effect: (_lab, answer) => {
      expect(answer).toMatchObject({ joined: false, cluster: "lab", via: "pve1", members: ["pve1", "pve2", "pve3"] });
      expect(answer["steps"]).toContainEqual(
        expect.stringContaining("On pve4, as root: pvecm add 10.10.10.11 --fingerprint "),
      );
    },
  },
  remove_node_from_cluster: {
    signedIn: true,
    effect: async (lab) =>
      expect((await lab.other.call("GET /cluster/config/nodes", {})).map((row) => row.node)).toEqual(["pve1", "pve2"]),
  },
  ...replicationRows,
};
