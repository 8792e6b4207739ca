import { createClient } from "@pve/client";
import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

const node = { node_name: "pve1" };

describe("services of a node", () => {
  it("say what is cut off when they are restarted", async () => {
    await using lab = openLab();

    const answer = await lab.run("restart_node_service", { ...node, service: "corosync" });

    expect(answer).toMatchObject({ task: "finished", service: "corosync", state: "running" });
    expect(answer.notes?.join(" ")).toContain("may be fenced");
  });

  it("are not touched where they are not installed, and essential ones are not stopped", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("start_node_service", { ...node, service: "syslog" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      message: "syslog is not installed on pve1",
    });
    expect(await failure(lab.run("stop_node_service", { ...node, service: "pveproxy" }))).toMatchObject({
      code: "TOOL_TASK",
      exitstatus: expect.stringContaining("refusing to stop essential service"),
    });
  });
});

describe("a subscription", () => {
  it("is shown without its key", async () => {
    await using lab = openLab();
    const key = "pve4c-0123456789";
    await lab.other.call("PUT /nodes/{node}/subscription", { node: "pve1", key });

    const answer = await lab.run("get_node_subscription", node);

    expect(answer).toMatchObject({ node: "pve1", key: "pve4c-…" });
    expect(JSON.stringify(answer)).not.toContain(key.slice(6));
  });
});

describe("ACME", () => {
  it("shows the details of accounts to root, and never the access data of plugins", async () => {
    await using lab = openLab({ caller: "password" });
    const { username, password } = lab.sim.credentials;
    const { sleep, now } = lab.sim.clock;
    const options = { baseUrl: lab.sim.baseUrl, transport: lab.sim.fetch, sleep, now };
    const root = createClient({ ...options, auth: { username, password } });
    await (await root.call("POST /cluster/acme/account", { contact: "ops@lab.example" })).done();
    const data = Buffer.from("CF_Token=hidden-away").toString("base64");
    await root.call("POST /cluster/acme/plugins", { id: "cf", type: "dns", api: "cf", data });

    expect(await lab.run("list_acme_accounts")).toMatchObject({
      items: [{ name: "default", status: "valid", contact: ["mailto:ops@lab.example"] }],
    });
    const plugins = await lab.run("list_acme_plugins");
    expect(plugins).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ plugin: "cf", api: "cf" })]),
    });
    expect(JSON.stringify(plugins)).not.toContain("hidden-away");
  });

  it("is refused with what is missing", async () => {
    await using lab = openLab();

    expect(String(await failure(lab.run("order_node_certificate", node)))).toContain("ACME domain list");
    expect(await failure(lab.run("delete_node_certificate", node))).toMatchObject({ code: "TOOL_NOT_FOUND" });
  });
});

describe("a private key", () => {
  it("is not repeated in the refusal of a certificate", async () => {
    await using lab = openLab();
    const key = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5IGJ1dCBhIHNlY3JldA==\n-----END PRIVATE KEY-----\n";
    const certificates = "-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n";

    const error = await failure(lab.run("upload_node_certificate", { ...node, certificates, key }));

    expect(error).toMatchObject({ code: "TOOL_REFUSED" });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("bm90IGEga2V5");
  });
});

describe("replication", () => {
  it("of a job that is switched off is not started", async () => {
    await using lab = openLab();
    await lab.run("create_storage", { storage: "tank", storage_type: "zfspool", config: { pool: "tank" } });
    await lab.run("create_vm", { node_name: "pve1", vmid: 160, scsi0: "tank:4" });
    await lab.run("create_replication_job", { vmid: 160, target_node: "pve2" });
    await lab.run("update_replication_job", { id: "160-0", disable: true });

    expect(await failure(lab.run("run_replication_job", { id: "160-0" }))).toMatchObject({ code: "TOOL_PRECONDITION" });
    expect(await lab.run("get_replication_log", { id: "160-0" })).toMatchObject({ notes: ["It has not run yet."] });
  });
});

describe("Ceph", () => {
  it("that no node has is an answer, not an error", async () => {
    await using lab = openLab();

    for (const name of ["get_ceph_status", "list_ceph_osds", "list_ceph_pools", "get_ceph_flags"])
      expect(await lab.run(name)).toMatchObject({ installed: false, notes: [expect.stringContaining("run no Ceph")] });
    expect(await failure(lab.run("list_ceph_osds", { node_name: "pve9" }))).toMatchObject({ code: "TOOL_NOT_FOUND" });
  });
});

describe("HA groups", () => {
  it("are refused with what has taken their place", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_ha_group", { group: "front", nodes: "pve1" }))).toMatchObject({
      code: "TOOL_REFUSED",
      remedy: "Since PVE 9 rules have taken their place: list_ha_rules, create_ha_rule.",
    });
  });
});
