import { expect } from "vitest";
import { isGone, type Lab, type Row, type Step } from "./row.js";

const zone = (lab: Lab) => lab.other.call("GET /cluster/sdn/zones/{zone}", { zone: "office" });
const vnet = (lab: Lab) => lab.other.call("GET /cluster/sdn/vnets/{vnet}", { vnet: "staff" });
const subnets = (lab: Lab) => lab.other.call("GET /cluster/sdn/vnets/{vnet}/subnets", { vnet: "staff" });
const running = (lab: Lab) => lab.other.call("GET /cluster/sdn/zones", { running: true });

const zoned: readonly Step[] = [["create_sdn_zone", { zone: "office", type: "simple", config: { ipam: "pve" } }]];
const networked: readonly Step[] = [...zoned, ["create_sdn_vnet", { vnet: "staff", zone: "office" }]];
const addressed: readonly Step[] = [
  ...networked,
  ["create_sdn_subnet", { vnet: "staff", subnet: "10.20.0.0/24", gateway: "10.20.0.1" }],
];
const mapped: readonly Step[] = [
  ["create_resource_mapping", { kind: "dir", id: "media", map: ["node=pve1,path=/srv/media"] }],
];
const mappings = async (lab: Lab) => (await lab.other.call("GET /cluster/mapping/dir", {})).map(({ id }) => id);

/** Software-defined networks, and names for devices and folders. */
export const sdnRows: Readonly<Record<string, Row>> = {
  list_sdn_zones: { steps: zoned, answers: { items: [{ zone: "office", state: "new" }], count: 1 } },
  create_sdn_zone: { effect: async (lab) => expect(await zone(lab)).toMatchObject({ type: "simple", ipam: "pve" }) },
  update_sdn_zone: { steps: zoned, effect: async (lab) => expect(await zone(lab)).toMatchObject({ mtu: 1450 }) },
  delete_sdn_zone: { steps: zoned, effect: async (lab) => expect(await isGone(zone(lab))).toBe(true) },
  list_sdn_vnets: { steps: networked, answers: { items: [{ vnet: "staff", state: "new" }] } },
  create_sdn_vnet: {
    steps: zoned,
    effect: async (lab) => expect(await vnet(lab)).toMatchObject({ zone: "office", alias: "Staff network" }),
  },
  update_sdn_vnet: {
    steps: networked,
    effect: async (lab) => expect(await vnet(lab)).toMatchObject({ alias: "Staff and printers" }),
  },
  delete_sdn_vnet: { steps: networked, effect: async (lab) => expect(await isGone(vnet(lab))).toBe(true) },
  list_sdn_subnets: { steps: addressed, answers: { items: [{ cidr: "10.20.0.0/24", state: "new" }] } },
  create_sdn_subnet: {
    steps: networked,
    effect: async (lab) => expect(await subnets(lab)).toMatchObject([{ cidr: "10.20.0.0/24", gateway: "10.20.0.1" }]),
  },
  update_sdn_subnet: {
    steps: addressed,
    effect: async (lab) => expect(await subnets(lab)).toMatchObject([{ gateway: "10.20.0.254" }]),
  },
  delete_sdn_subnet: { steps: addressed, effect: async (lab) => expect(await subnets(lab)).toEqual([]) },
  get_sdn_changes: {
    steps: addressed,
    answers: { count: 3, node: "pve1", interfaces_diff: expect.stringContaining("+iface staff") },
  },
  apply_sdn_changes: {
    steps: addressed,
    effect: async (lab) => expect(await running(lab)).toMatchObject([{ zone: "office" }]),
  },
  rollback_sdn_changes: {
    steps: addressed,
    effect: async (lab) => {
      expect(await isGone(zone(lab))).toBe(true);
      expect(await lab.other.call("GET /cluster/sdn/zones", { pending: true })).toEqual([]);
    },
  },
  list_resource_mappings: {
    steps: mapped,
    answers: { items: [{ kind: "dir", id: "media", map: ["node=pve1,path=/srv/media"] }], count: 1 },
  },
  create_resource_mapping: { effect: async (lab) => expect(await mappings(lab)).toEqual(["media"]) },
  delete_resource_mapping: { steps: mapped, effect: async (lab) => expect(await mappings(lab)).toEqual([]) },
};
