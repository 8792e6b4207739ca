import { expect } from "vitest";
import type { Answer } from "../src/index.js";
import type { Lab } from "./lab.js";

const resources = async (lab: Lab) => (await lab.other.call("GET /cluster/ha/resources", {})).map((row) => row.sid);
const jobs = (lab: Lab) => lab.other.call("GET /cluster/replication", {});

/** How the lab has to look after the examples about high availability, firewall and replication. */
export const clusterAfterwards: Readonly<Record<string, (lab: Lab, answer: Answer) => unknown>> = {
  add_node_to_cluster: (_lab, answer) => {
    expect(answer).toMatchObject({ joined: false, cluster: "lab", via: "pve1", members: ["pve1", "pve2", "pve3"] });
    expect(answer["steps"]).toContainEqual(
      expect.stringContaining("On pve4, as root: pvecm add 10.10.10.11 --fingerprint "),
    );
  },
  remove_node_from_cluster: async (lab) =>
    expect((await lab.other.call("GET /cluster/config/nodes", {})).map((row) => row.node)).toEqual(["pve1", "pve2"]),
  enable_ha_resource: async (lab) => expect(await resources(lab)).toContain("vm:101"),
  disable_ha_resource: async (lab) => {
    expect(await resources(lab)).not.toContain("vm:100");
    expect(lab.sim.guest(100)?.status).toBe("running");
  },
  create_firewall_rule: async (lab) => {
    const route = "GET /nodes/{node}/qemu/{vmid}/firewall/rules";
    const [first] = await lab.other.call(route, { node: "pve1", vmid: 100 });
    expect(first).toMatchObject({ type: "in", action: "ACCEPT", proto: "tcp", dport: "443", enable: 1 });
  },
  delete_firewall_rule: (_lab, answer) => expect(answer).toMatchObject({ rule: { pos: 0 } }),
  create_security_group: async (lab) =>
    expect(await lab.other.call("GET /cluster/firewall/groups", {})).toContainEqual(
      expect.objectContaining({ group: "mail", comment: "SMTP and IMAP" }),
    ),
  create_replication_job: async (lab) =>
    expect(await jobs(lab)).toContainEqual(expect.objectContaining({ guest: 160, target: "pve2", schedule: "*/30" })),
  delete_replication_job: async (lab) => {
    const left = (await jobs(lab)).filter((job) => job.id === "160-0" && job.remove_job === undefined);
    expect(left).toEqual([]);
  },
};
