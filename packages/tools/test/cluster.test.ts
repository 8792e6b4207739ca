import { createClient } from "@pve/client";
import { createSimulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

const accept = { direction: "in", action: "ACCEPT", proto: "tcp", enable: true };

describe("firewall rules", () => {
  it("come first in the list, or where pos says", async () => {
    await using lab = openLab();
    for (const dport of ["22", "80"]) await lab.run("create_firewall_rule", { ...accept, dport, scope: "node/pve2" });

    const answer = await lab.run("create_firewall_rule", { ...accept, dport: "443", pos: 1, scope: "node/pve2" });

    expect(answer).toMatchObject({ rule: { pos: 1, dport: "443" }, count: 3 });
    const { items } = await lab.run("get_firewall_rules", { scope: "node/pve2" });
    expect((items as readonly { readonly dport: string }[]).map((rule) => rule.dport)).toEqual(["80", "443", "22"]);
  });

  it("are off unless they are switched on, and that is said", async () => {
    await using lab = openLab();

    const answer = await lab.run("create_firewall_rule", { direction: "in", action: "DROP" });

    expect(answer).toMatchObject({ rule: { enable: false }, notes: [expect.stringContaining("switched off")] });
  });

  it("of a container are found without its node", async () => {
    await using lab = openLab();
    await lab.run("create_firewall_rule", { ...accept, dport: "53", scope: "guest/200" });

    expect(await lab.run("get_firewall_rules", { scope: "ct/200" })).toMatchObject({
      scope: "guest/200",
      items: [{ pos: 0, dport: "53", enable: true }],
      notes: expect.arrayContaining([expect.stringContaining("switched off")]),
    });
  });

  it("are refused field by field", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("create_firewall_rule", { direction: "in", action: "ACCEPT", dport: "443" }));

    expect(error).toMatchObject({
      code: "TOOL_REFUSED",
      fields: { proto: expect.stringContaining("missing property") },
    });
  });

  it("want a scope that there is", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("get_firewall_rules", { scope: "datacenter" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
    });
    expect(await failure(lab.run("get_firewall_rules", { scope: "guest/999" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
    expect(String(await failure(lab.run("get_firewall_rules", { scope: "group/none" })))).toContain("none");
  });

  it("that are not there are not removed", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("delete_firewall_rule", { position: 4 }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      message: "there is no rule at position 4 of cluster",
    });
    expect(lab.sim.requests().map((request) => request.method)).toEqual(["GET"]);
  });

  it("are not removed from a list that somebody else changed meanwhile", async () => {
    await using lab = openLab({
      async meanwhile({ method }, other) {
        if (method === "DELETE") await other.call("POST /cluster/firewall/rules", { type: "in", action: "DROP" });
      },
    });
    await lab.run("create_firewall_rule", accept);

    const error = await failure(lab.run("delete_firewall_rule", { position: 0 }));

    expect(error).toMatchObject({ code: "TOOL_REFUSED", kind: "conflict" });
    expect(await lab.run("get_firewall_rules")).toMatchObject({ count: 2 });
  });

  it("in groups are put in force by a rule of direction group", async () => {
    await using lab = openLab();
    await lab.run("create_security_group", { name: "web" });
    await lab.run("create_firewall_rule", { ...accept, dport: "443", scope: "group/web" });

    await lab.run("create_firewall_rule", { direction: "group", action: "web", scope: "guest/100", enable: true });

    expect(await lab.run("get_security_groups")).toMatchObject({
      items: [{ group: "web", rules: [{ dport: "443" }] }],
    });
    expect(await lab.run("get_vm_firewall_rules", { vmid: 100 })).toMatchObject({
      items: [{ type: "group", action: "web" }],
    });
  });

  it("groups are not made twice", async () => {
    await using lab = openLab();
    await lab.run("create_security_group", { name: "web" });

    expect(await failure(lab.run("create_security_group", { name: "web" }))).toMatchObject({
      code: "TOOL_REFUSED",
      fields: { name: expect.stringContaining("already exists") },
    });
  });
});

describe("high availability", () => {
  it("takes a guest by its VMID, and changes one it knows", async () => {
    await using lab = openLab();

    expect(await lab.run("enable_ha_resource", { sid: "200" })).toMatchObject({
      sid: "ct:200",
      now: { state: "started" },
    });
    expect(await lab.run("enable_ha_resource", { sid: "ct:200", max_restart: 3 })).toMatchObject({
      changes: [{ key: "max_restart", after: 3 }],
    });
    expect(await lab.run("get_ha_status")).toMatchObject({ quorate: true, resources: [{ sid: "ct:200" }] });
  });

  it("knows the kinds of guests apart", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("enable_ha_resource", { sid: "vm:200" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      message: "guest 200 is ct:200, not vm:200",
    });
    expect(await failure(lab.run("enable_ha_resource", { sid: "vm:999" }))).toMatchObject({ code: "TOOL_NOT_FOUND" });
  });

  it("keeps a guest off that is disabled", async () => {
    await using lab = openLab();
    await lab.run("enable_ha_resource", { sid: "vm:101" });

    const answer = await lab.run("disable_ha_resource", { sid: "vm:101" });

    expect(answer).toMatchObject({ changes: [{ key: "state", before: "started", after: "disabled" }] });
  });

  it("says what it looks after when it is asked to let go of something else", async () => {
    await using lab = openLab();
    await lab.run("enable_ha_resource", { sid: "vm:101" });

    expect(await failure(lab.run("disable_ha_resource", { sid: "vm:100" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      remedy: "It looks after vm:101.",
    });
  });
});

describe("replication", () => {
  it("is refused for disks that cannot be replicated, in PVE's words", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("create_replication_job", { vmid: 100, target_node: "pve2" }));

    expect(String(error)).toContain("missing replicate feature on volume");
  });

  it("does not go to the node a guest is on, nor without a guest", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_replication_job", { vmid: 100, target_node: "pve1" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
    });
    expect(await failure(lab.run("create_replication_job", { vmid: 999, target_node: "pve1" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
    expect(await failure(lab.run("create_replication_job", { target_node: "pve1" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
    });
  });

  it("is listed with its schedule", async () => {
    await using lab = openLab();
    await lab.run("create_storage", { storage: "tank", storage_type: "zfspool", config: { pool: "tank" } });
    await lab.run("create_vm", { node_name: "pve1", vmid: 160, scsi0: "tank:4" });
    await lab.run("create_replication_job", { vmid: 160, target_node: "pve2" });

    expect(await lab.run("list_replication_jobs")).toMatchObject({
      items: [{ id: "160-0", guest: 160, target: "pve2", schedule: "*/15" }],
      count: 1,
    });
    expect(await lab.run("create_replication_job", { vmid: 160, target_node: "pve3" })).toMatchObject({
      now: { id: "160-1" },
    });
  });

  it("jobs that do not exist are reported", async () => {
    await using lab = openLab();

    expect(String(await failure(lab.run("delete_replication_job", { id: "100-7" })))).toContain("100-7");
  });
});

describe("membership", () => {
  it("shows members, links and votes", async () => {
    await using lab = openLab();

    expect(await lab.run("get_cluster_config")).toMatchObject({
      clustered: true,
      cluster: "lab",
      nodes: [{ node: "pve1", nodeid: 1, quorum_votes: 1, ring0_addr: "10.10.10.11" }, {}, {}],
      totem: { cluster_name: "lab" },
    });
  });

  it("of a standalone node is a normal answer", async () => {
    await using lab = openLab({ seed: "one-node" });

    expect(await lab.run("get_cluster_config")).toMatchObject({ clustered: false, nodes: [{}] });
  });

  it("is not taken from a node that is online or holds guests", async () => {
    await using lab = openLab({ caller: "password" });

    const error = await failure(lab.run("remove_node_from_cluster", { node_name: "pve3" }));

    expect(error).toMatchObject({ code: "TOOL_PRECONDITION", message: expect.stringMatching(/online.*guests: .*106/) });
    expect(lab.sim.requests().filter((request) => request.method === "DELETE")).toEqual([]);
    expect(await failure(lab.run("remove_node_from_cluster", { node_name: "pve9" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      remedy: "Members: pve1, pve2, pve3.",
    });
  });

  it("is refused to API tokens by PVE", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("remove_node_from_cluster", { node_name: "pve3", force: true }));

    expect(error).toMatchObject({
      kind: "permission",
      remedy: "PVE allows this to nobody but root@pam signed in with a password; to no API token.",
    });
  });

  it("is not given to a member, nor in another cluster", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("add_node_to_cluster", { node_name: "pve2" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
    });
    expect(await failure(lab.run("add_node_to_cluster", { node_name: "pve4", cluster_name: "shop" }))).toMatchObject({
      problems: { cluster_name: "this cluster is called lab" },
    });
  });

  it("is asked for by the joining node, where the operator has prepared it", async () => {
    await using lab = openLab();
    await using alone = createSimulator({ seed: "one-node" });
    const auth = { username: "root@pam", password: alone.credentials.password };
    const { sleep, now } = alone.clock;
    const client = createClient({ baseUrl: alone.baseUrl, transport: alone.fetch, auth, sleep, now });
    const joining = async () => ({ client, clusterPassword: lab.sim.credentials.password });

    const error = await failure(lab.run("add_node_to_cluster", { node_name: "pve4" }, { joining }));

    // The simulated node holds guests, so it refuses as a real one does.
    expect(error).toMatchObject({
      code: "TOOL_TASK",
      exitstatus: expect.stringContaining("may join a cluster failed"),
    });
    expect(
      alone.requests().some(({ method, path }) => method === "POST" && path.endsWith("/cluster/config/join")),
    ).toBe(true);
    expect(String(error)).not.toContain(lab.sim.credentials.password);
  });
});

describe("get_cluster_stats", () => {
  it("tells no figures of a node that is down, which would read as an idle one", async () => {
    await using lab = openLab({ seed: "broken" });

    const answer = await lab.run("get_cluster_stats");

    expect(answer["by_node"]).toContainEqual({ node: "pve3", status: "offline", guests: { unknown: 4 } });
    expect(answer["by_node"]).toContainEqual(expect.objectContaining({ node: "pve1", cpu: expect.anything() }));
    expect(answer.notes).toContainEqual(expect.stringMatching(/not in the totals: pve3/));
  });
});
