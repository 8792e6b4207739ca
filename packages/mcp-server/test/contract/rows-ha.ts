import { expect } from "vitest";
import { isGone, type Lab, type Row, type Step } from "./row.js";

/** Groups are of PVE 8; the present release has rules in their place. */
const eight = { release: "8.4" } as const;
const grouped: Step = ["create_ha_group", { group: "front", nodes: "pve1:2,pve2" }];
const group = (lab: Lab) => lab.other.call("GET /cluster/ha/groups/{group}", { group: "front" });

const resources = async (lab: Lab) => (await lab.other.call("GET /cluster/ha/resources", {})).map((row) => row.sid);
const rules = (lab: Lab) => lab.other.call("GET /cluster/ha/rules", {});
const nodeOf = async (lab: Lab, vmid: number) => {
  // The manager notices within ten seconds, and a migration takes its time.
  await lab.sim.clock.advance(600_000);
  return lab.sim.guest(vmid)?.node;
};
const managed: readonly Step[] = [100, 101].map((vmid) => ["enable_ha_resource", { sid: `vm:${vmid}` }]);
const apart = { rule: "web-apart", type: "resource-affinity", affinity: "negative", resources: "vm:100,vm:101" };
const withRule: readonly Step[] = [...managed, ["create_ha_rule", apart]];

/** High availability. */
export const haRows: Readonly<Record<string, Row>> = {
  get_ha_status: { answers: { quorate: true, resources: [] } },
  enable_ha_resource: { effect: async (lab) => expect(await resources(lab)).toContain("vm:101") },
  disable_ha_resource: {
    steps: [["enable_ha_resource", { sid: "vm:100" }]],
    effect: async (lab) => {
      expect(await resources(lab)).not.toContain("vm:100");
      expect(lab.sim.guest(100)?.status).toBe("running");
    },
  },
  list_ha_resources: { steps: managed, answers: { items: [{ sid: "vm:100" }, { sid: "vm:101" }], count: 2 } },
  migrate_ha_resource: {
    steps: managed,
    effect: async (lab) => {
      expect(await nodeOf(lab, 101)).toBe("pve3");
      expect(lab.sim.guest(101)?.status).toBe("running");
    },
  },
  relocate_ha_resource: { steps: managed, effect: async (lab) => expect(await nodeOf(lab, 101)).toBe("pve3") },
  list_ha_rules: { steps: withRule, answers: { items: [{ rule: "web-apart", affinity: "negative" }], count: 1 } },
  create_ha_rule: {
    steps: managed,
    effect: async (lab) => expect(await rules(lab)).toMatchObject([{ rule: "web-apart", affinity: "negative" }]),
  },
  update_ha_rule: {
    steps: withRule,
    effect: async (lab) => expect(await rules(lab)).toMatchObject([{ comment: "the front end survives a node" }]),
  },
  delete_ha_rule: { steps: withRule, effect: async (lab) => expect(await rules(lab)).toEqual([]) },
  create_ha_group: {
    cluster: eight,
    effect: async (lab) => expect(await group(lab)).toMatchObject({ nodes: ["pve1:2", "pve2"] }),
  },
  update_ha_group: {
    cluster: eight,
    steps: [grouped],
    effect: async (lab) => expect(await group(lab)).toMatchObject({ comment: "web servers" }),
  },
  delete_ha_group: {
    cluster: eight,
    steps: [grouped],
    effect: async (lab) => expect(await isGone(group(lab))).toBe(true),
  },
  list_ha_groups: { answers: { items: [], count: 0, notes: [expect.stringContaining("list_ha_rules")] } },
};
