import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

const path = "/cluster/config";

describe("the cluster's configuration", () => {
  test("a standalone node has none, until a cluster is made of it", async () => {
    const root = await call({ seed: "one-node" }).as("root");
    const { get, post, done } = root;
    expect((await get(`${path}/nodes`)).data).toEqual([]);
    expect((await get(`${path}/totem`)).data).toBeNull();
    const without = await get(`${path}/join`);
    expect(without).toMatchObject({ status: 424, reason: "node is not in a cluster, no join info available!" });
    const made = await done(await post(path, { clustername: "lab" }));
    expect(made.upid).toContain(":clustercreate:lab:root@pam:");
    expect(object(await get(`${path}/totem`))).toMatchObject({ cluster_name: "lab", config_version: "1" });
    expect((await post(path, { clustername: "lab" })).reason).toBe(
      "cluster config '/etc/pve/corosync.conf' already exists",
    );
  });

  test("a node is added, which changes the file, and removed again", async () => {
    const { get, post, del } = await call().as("root");
    const before = object(await get(`${path}/join`));
    const added = object(await post(`${path}/nodes/pve4`, { new_node_ip: "10.10.10.14", votes: 2 }));
    expect(added["corosync_conf"]).toContain("ring0_addr: 10.10.10.14");
    const node = { node: "pve4", name: "pve4", nodeid: "4", ring0_addr: "10.10.10.14", quorum_votes: "2" };
    expect(items(await get(`${path}/nodes`))).toContainEqual(node);
    expect(items(await get("/cluster/status")).at(-1)).toMatchObject({ name: "pve4", online: 0 });
    const after = object(await get(`${path}/join?node=pve4`));
    expect(after).toMatchObject({ preferred_node: "pve4", totem: { config_version: "4" } });
    expect(after["config_digest"]).not.toBe(before["config_digest"]);
    expect((await del(`${path}/nodes/pve4`)).status).toBe(200);
    expect((await del(`${path}/nodes/pve4`)).reason).toBe("Node/IP: pve4 is not a known host of the cluster.");
  });

  test("nodes that are there already, addresses in use and oneself are refused", async () => {
    const { get, post, del } = await call().as("root");
    const add = async (node: string, body: Record<string, string>) =>
      (await post(`${path}/nodes/${node}`, body)).reason;
    expect(await add("pve2", { new_node_ip: "10.10.10.20" })).toBe("can't add existing node 'pve2'");
    expect(await add("pve4", {})).toBe("no links and no fallback ip (new_node_ip) given, cannot join cluster");
    expect(await add("pve4", { link0: "10.10.10.12" })).toBe(
      "corosync: address '10.10.10.12' already used on link 0 by node 'pve2'",
    );
    expect((await del(`${path}/nodes/pve1`)).reason).toBe("Cannot delete myself from cluster!");
    expect((await get(`${path}/join?node=pve9`)).reason).toBe("unknown node 'pve9'");
  });

  test("joining fails where PVE's own checks or the missing network stop it", async () => {
    const { post, done } = await call().as("root");
    const fingerprint = Array.from({ length: 32 }, () => "AB").join(":");
    const ended = await done(await post(`${path}/join`, { hostname: "pve9", password: "secret", fingerprint }));
    expect(ended.log[0]).toBe("detected the following error(s):");
    expect(ended.exitstatus).toBe("Check if node may join a cluster failed!");
    expect((await post(`${path}/join`, {})).status).toBe(400);
  });

  test("the rest answers auditors, and only them", async () => {
    const root = call();
    const auditor = await root.as("auditorToken");
    expect(items(await auditor.get(path))).toContainEqual({ name: "totem" });
    expect((await auditor.get(`${path}/apiversion`)).data).toBe("1");
    expect((await auditor.get(`${path}/qdevice`)).data).toEqual({});
    const operator = await root.as("operatorToken");
    for (const what of ["", "/apiversion", "/qdevice", "/totem", "/nodes", "/join"]) {
      expect((await operator.get(`${path}${what}`)).status).toBe(403);
    }
  });
});

describe("bulk actions", () => {
  const guests = "/cluster/bulk-action/guest";

  test("stopped guests are started, running ones skipped with a warning", async () => {
    const { sim, post, done } = call();
    const ended = await done(await post(`${guests}/start`, { vms: "103" }));
    expect(ended.upid).toContain(":bulk-start::root@pam!full:");
    const again = await done(await post(`${guests}/start`, { vms: "103" }));
    expect([sim.guest(103)?.status, again.exitstatus]).toEqual(["running", "WARNINGS: 1"]);
    expect(again.log).toContain("WARN: Skipping VM 103, already running.");
    const failed = await done(await post(`${guests}/start`, { vms: "104" }));
    expect(failed.exitstatus).toBe("Some guests failed to start: 104");
  });

  test("everything is shut down, then nothing is left to suspend", async () => {
    const { sim, post, done } = call();
    const down = await done(await post(`${guests}/shutdown`, { timeout: 30, "max-workers": 8 }));
    expect(down.log[0]).toBe("Shutting down all guests");
    expect([100, 101, 200].map((vmid) => sim.guest(vmid)?.status)).toEqual(["stopped", "stopped", "stopped"]);
    const suspended = await done(await post(`${guests}/suspend`, { vms: "100" }));
    expect(suspended.log).toContain("WARN: Skipping VM 100, not running.");
    expect((await post(`${guests}/shutdown`, { timeout: "x" })).status).toBe(400);
  });

  test("machines are paused, containers cannot be", async () => {
    const { get, post, done } = call();
    const ended = await done(await post(`${guests}/suspend`, { vms: "100" }));
    expect(ended.log).toContain("Suspending VM 100");
    expect(object(await get("/nodes/pve1/qemu/100/status/current"))["qmpstatus"]).toBe("paused");
    const container = await done(await post(`${guests}/suspend`, { vms: "200" }));
    expect(container.log).toContain("WARN: skipping 200, only VMs can be suspended");
    expect((await post(`${guests}/suspend`, { "to-disk": "x" })).status).toBe(400);
  });

  test("guests are migrated one after the other", async () => {
    const { sim, post, done } = call();
    const body = { vms: "100", target: "pve2", online: 1, "with-local-disks": 1 };
    const ended = await done(await post(`${guests}/migrate`, body));
    expect(ended.log).toContain("Migrating VM 100");
    expect(sim.guest(100)?.node).toBe("pve2");
    const again = await done(await post(`${guests}/migrate`, body));
    expect(again.log).toContain("WARN: VM 100 already on pve2, skipping.");
  });

  test("rights are asked for on the guests named, else on everything", async () => {
    const root = call();
    expect(items(await root.get("/cluster/bulk-action"))).toEqual([{ name: "guest" }]);
    expect(items(await root.get(guests))).toHaveLength(4);
    expect((await root.get("/cluster/bulk-action?x=1")).status).toBe(400);
    expect((await root.get(`${guests}?x=1`)).status).toBe(400);
    const auditor = await root.as("auditorToken");
    expect((await auditor.post(`${guests}/start`)).reason).toBe("Permission check failed (/, VM.PowerMgmt)");
    const named = await auditor.post(`${guests}/migrate`, { vms: "100", target: "pve2" });
    expect(named.reason).toBe("Permission check failed (/vms/100, VM.Migrate)");
  });
});
