import { expect } from "vitest";
import { isGone, type Lab, type Row, type Step } from "./row.js";

const clusterRules = (lab: Lab) => lab.other.call("GET /cluster/firewall/rules", {});
const aliases = async (lab: Lab) => (await lab.other.call("GET /cluster/firewall/aliases", {})).map(({ name }) => name);
const entries = async (lab: Lab) =>
  (await lab.other.call("GET /cluster/firewall/ipset/{name}", { name: "admins" })).map(({ cidr }) => cidr);
const rule: Step = ["create_firewall_rule", { direction: "in", action: "ACCEPT" }];
const alias: Step = ["create_firewall_alias", { name: "office", cidr: "192.0.2.0/24" }];
const ipset: Step = ["create_firewall_ipset", { name: "admins", entries: ["192.0.2.10", "192.0.2.0/28"] }];
const groups = async (lab: Lab) => (await lab.other.call("GET /cluster/firewall/groups", {})).map(({ group }) => group);

/** Firewalls. */
export const firewallRows: Readonly<Record<string, Row>> = {
  get_firewall_rules: { answers: { scope: "guest/100", count: 0 } },
  create_firewall_rule: {
    effect: async (lab) => {
      const route = "GET /nodes/{node}/qemu/{vmid}/firewall/rules";
      const [first] = await lab.other.call(route, { node: "pve1", vmid: 100 });
      expect(first).toMatchObject({ type: "in", action: "ACCEPT", proto: "tcp", dport: "443", enable: 1 });
    },
  },
  update_firewall_rule: {
    steps: [rule],
    effect: async (lab) => expect(await clusterRules(lab)).toMatchObject([{ source: "192.0.2.0/24", enable: 1 }]),
  },
  delete_firewall_rule: { steps: [rule], effect: async (lab) => expect(await clusterRules(lab)).toEqual([]) },
  get_security_groups: { answers: { items: [], count: 0 } },
  create_security_group: {
    effect: async (lab) =>
      expect(await lab.other.call("GET /cluster/firewall/groups", {})).toContainEqual(
        expect.objectContaining({ group: "mail", comment: "SMTP and IMAP" }),
      ),
  },
  delete_security_group: {
    steps: [["create_security_group", { name: "mail" }]],
    effect: async (lab) => expect(await groups(lab)).toEqual([]),
  },
  list_firewall_aliases: { steps: [alias], answers: { items: [{ name: "office", cidr: "192.0.2.0/24" }], count: 1 } },
  create_firewall_alias: { effect: async (lab) => expect(await aliases(lab)).toEqual(["office"]) },
  delete_firewall_alias: { steps: [alias], effect: async (lab) => expect(await aliases(lab)).toEqual([]) },
  list_firewall_ipsets: {
    steps: [ipset],
    answers: { items: [{ name: "admins", entries: expect.arrayContaining([{ cidr: "192.0.2.10" }]) }], count: 1 },
  },
  create_firewall_ipset: { effect: async (lab) => expect(await entries(lab)).toHaveLength(2) },
  add_firewall_ipset_entry: {
    steps: [ipset],
    effect: async (lab) => expect(await entries(lab)).toContain("192.0.2.77"),
  },
  remove_firewall_ipset_entry: {
    steps: [ipset],
    effect: async (lab) => expect(await entries(lab)).toEqual(["192.0.2.0/28"]),
  },
  delete_firewall_ipset: { steps: [ipset], effect: async (lab) => expect(await isGone(entries(lab))).toBe(true) },
  update_firewall_options: {
    effect: async (lab) => {
      const route = "GET /nodes/{node}/qemu/{vmid}/firewall/options";
      expect(await lab.other.call(route, { node: "pve1", vmid: 100 })).toMatchObject({ policy_in: "DROP" });
    },
  },
  get_firewall_log: { answers: { scope: "node/pve1", lines: [], returned: 0 } },
};
