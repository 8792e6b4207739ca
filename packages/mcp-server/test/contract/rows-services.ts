import { createClient } from "@pve/client";
import { expect } from "vitest";
import { nodeCertificate } from "../../../client/test/certificates.js";
import type { Lab, Row, Step } from "./row.js";

const node = "pve1";
const withCeph = { seed: "ceph" } as const;
const has = (want: object) => expect.arrayContaining([expect.objectContaining(want)]);
const state = async (lab: Lab) => {
  const route = "GET /nodes/{node}/services/{service}/state";
  return (await lab.other.call(route, { node: "pve2", service: "chrony" })).state;
};
const tasks = async (lab: Lab, on: string, type: string) =>
  (await lab.other.call("GET /nodes/{node}/tasks", { node: on, source: "all" })).filter((row) => row.type === type);
const certificates = async (lab: Lab) =>
  (await lab.other.call("GET /nodes/{node}/certificates/info", { node })).find(
    ({ filename }) => filename === "pveproxy-ssl.pem",
  );
const stopped: readonly Step[] = [["stop_node_service", { node_name: "pve2", service: "chrony" }]];

/** An account with an authority, and a domain to prove: only root may register, and with a password. */
async function withAccount({ sim }: Lab): Promise<Readonly<Record<string, unknown>>> {
  const { sleep, now } = sim.clock;
  const auth = { username: sim.credentials.username, password: sim.credentials.password };
  const root = createClient({ baseUrl: sim.baseUrl, auth, transport: sim.fetch, sleep, now });
  await (await root.call("POST /cluster/acme/account", { contact: "ops@lab.example" })).done();
  await root.call("PUT /nodes/{node}/config", { node, acmedomain0: "domain=pve1.lab.example" });
  return {};
}

const withCertificate = async (lab: Lab) => {
  const { cert, key } = nodeCertificate;
  await lab.other.call("POST /nodes/{node}/certificates/custom", { node, certificates: cert, key });
  return {};
};

const certificateRows: Readonly<Record<string, Row>> = {
  list_acme_accounts: {
    before: withAccount,
    // The details are for root signed in with a password; the tool calls with a token here.
    answers: { items: [{ name: "default" }], count: 1, notes: [expect.stringContaining("account default")] },
  },
  list_acme_plugins: { answers: { items: has({ plugin: "standalone", type: "standalone" }) } },
  order_node_certificate: {
    before: withAccount,
    effect: async (lab) => expect(await certificates(lab)).toMatchObject({ san: ["pve1.lab.example"] }),
  },
  renew_node_certificate: {
    before: async (lab) => {
      await withAccount(lab);
      await (await lab.other.call("POST /nodes/{node}/certificates/acme/certificate", { node })).done();
      return {};
    },
    effect: async (lab) => expect(await tasks(lab, node, "acmerenew")).toMatchObject([{ status: "OK" }]),
  },
  upload_node_certificate: {
    before: async () => ({ certificates: nodeCertificate.cert, key: nodeCertificate.key }),
    effect: async (lab, answer) => {
      expect(await certificates(lab)).toMatchObject({ fingerprint: String(answer["fingerprint"]) });
      expect(JSON.stringify(answer)).not.toContain("PRIVATE KEY");
    },
  },
  delete_node_certificate: {
    before: withCertificate,
    effect: async (lab) => expect(await certificates(lab)).toBeUndefined(),
  },
};

const settingRows: Readonly<Record<string, Row>> = {
  update_node_dns: {
    effect: async (lab) =>
      expect(await lab.other.call("GET /nodes/{node}/dns", { node })).toMatchObject({ dns2: "149.112.112.112" }),
  },
  set_node_timezone: {
    effect: async (lab) =>
      expect(await lab.other.call("GET /nodes/{node}/time", { node })).toMatchObject({ timezone: "Europe/Vienna" }),
  },
  update_node_hosts: {
    effect: async (lab) =>
      expect(await lab.other.call("GET /nodes/{node}/hosts", { node })).toMatchObject({
        data: "127.0.0.1 localhost\n10.10.10.11 pve1.lab.example pve1\n",
      }),
  },
  get_node_repositories: {
    answers: {
      items: has({ path: "/etc/apt/sources.list.d/proxmox.sources", enabled: true }),
      standard: has({ handle: "no-subscription", enabled: true }),
    },
  },
  get_node_packages: { answers: { items: has({ Package: "pve-manager", OldVersion: "9.2.11" }) } },
  get_node_subscription: { answers: { node, status: "notfound" } },
  list_metric_servers: {
    before: async (lab) => {
      const graphs = { id: "graphs", type: "graphite", server: "192.0.2.30", port: 2003 } as const;
      await lab.other.call("POST /cluster/metrics/server/{id}", graphs);
      return {};
    },
    answers: { items: [{ id: "graphs", type: "graphite", server: "192.0.2.30" }], count: 1 },
  },
};

/** Services, certificates, settings and software of nodes, Ceph and notifications. */
export const serviceRows: Readonly<Record<string, Row>> = {
  list_node_services: { answers: { items: has({ service: "pveproxy", state: "running" }) } },
  get_node_service: { answers: { service: "pveproxy", state: "running", "unit-state": "enabled" } },
  start_node_service: { steps: stopped, effect: async (lab) => expect(await state(lab)).toBe("running") },
  stop_node_service: { effect: async (lab) => expect(await state(lab)).toBe("dead") },
  restart_node_service: { effect: async (lab) => expect(await tasks(lab, "pve2", "srvrestart")).toHaveLength(1) },
  reload_node_service: { effect: async (lab) => expect(await tasks(lab, node, "srvreload")).toHaveLength(1) },
  get_ceph_status: {
    cluster: withCeph,
    answers: { installed: true, health: "HEALTH_WARN", osds: { total: 6, up: 5, in: 6 }, monitors: { total: 3 } },
  },
  list_ceph_osds: {
    cluster: withCeph,
    answers: { installed: true, items: has({ osd: "osd.5", host: "pve3", status: "down" }), count: 6 },
  },
  list_ceph_pools: { cluster: withCeph, answers: { items: has({ pool_name: "vm", size: 3, pg_num: 128 }), count: 4 } },
  get_ceph_flags: {
    cluster: withCeph,
    answers: { installed: true, items: [], notes: [expect.stringContaining("noout")] },
  },
  list_notification_targets: { answers: { items: has({ name: "mail-to-root", type: "sendmail" }) } },
  list_notification_matchers: { answers: { items: has({ name: "default-matcher", target: ["mail-to-root"] }) } },
  test_notification_target: {
    effect: (lab) =>
      expect(lab.sim.requests()).toContainEqual({
        method: "POST",
        path: "/cluster/notifications/targets/mail-to-root/test",
        status: 200,
      }),
  },
  ...certificateRows,
  ...settingRows,
};
