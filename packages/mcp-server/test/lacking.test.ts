import { describe, expect, it } from "vitest";
import { connect, type Session, type SessionOptions } from "./session.js";

const changesOf = (session: Session) => session.pve.requests().filter(({ method }) => method !== "GET");
const options: SessionOptions = { allowed: "destroy" };

describe("what PVE would surely refuse", () => {
  it("is not sent, and the privilege, its path and the command that grants it are named", async () => {
    await using session = await connect({ ...options, token: (pve) => pve.credentials.auditorToken });
    const { isError, text } = await session.callTool("start_vm", { vmid: 103 });
    expect(isError).toBe(true);
    expect(text).toMatch(/lacks VM\.PowerMgmt on \/vms\/103[\s\S]*pveum/);
    expect(changesOf(session)).toEqual([]);
  });

  it("is asked for once a minute at most", async () => {
    await using session = await connect(options);
    await session.callTool("start_vm", { vmid: 103 });
    await session.callTool("update_vm_config", { vmid: 103, config: { cores: 2 } });
    expect(session.pve.requests().filter(({ path }) => path === "/access/permissions")).toHaveLength(1);
  });

  it("is asked for anew before anything is refused", async () => {
    await using session = await connect({ ...options, token: (pve) => pve.credentials.auditorToken });
    expect(await session.callTool("start_vm", { vmid: 103 })).toMatchObject({ isError: true });
    await using admin = await connect({ ...options, pve: session.pve });
    await admin.callTool("set_acl", { path: "/vms/103", role: "PVEVMUser", userid: "auditor@pve" });
    expect(await session.callTool("start_vm", { vmid: 103 })).toMatchObject({ isError: false });
  });

  it("is looked up where the whole report leaves a doubt", async () => {
    await using session = await connect({ ...options, token: (pve) => pve.credentials.operatorToken });
    await using admin = await connect({ ...options, pve: session.pve });
    // What the group has on the node goes down to its guests; the user's own role stays where it is and hides that.
    await admin.callTool("set_acl", { path: "/vms", role: "PVEVMUser", groupid: "operators" });
    await admin.callTool("set_acl", { path: "/vms", role: "PVEAuditor", userid: "operator@pve", propagate: false });
    const { isError, text } = await session.callTool("start_vm", { vmid: 103 });
    expect(isError, text).toBe(false);
  });

  it("is asked for anew once for many", async () => {
    await using session = await connect({ ...options, token: (pve) => pve.credentials.auditorToken });
    await session.callTool("start_guests", { vmids: "103,203", plan: true });
    // Twice for everything, and once for the path on which something is lacking.
    expect(session.pve.requests().filter(({ path }) => path === "/access/permissions")).toHaveLength(3);
  });

  it("is not what comes with the pool that a guest was made in a moment ago", async () => {
    await using session = await connect({ ...options, token: (pve) => pve.credentials.operatorToken });
    await using admin = await connect({ ...options, pve: session.pve });
    await admin.callTool("set_acl", { path: "/storage/local-lvm", role: "PVEDatastoreUser", userid: "operator@pve" });
    const made = await session.callTool("create_vm_advanced", {
      node_name: "pve1",
      vmid: 900,
      config: { pool: "prod", scsi0: "local-lvm:4" },
    });
    expect(made.isError, made.text).toBe(false);
    const started = await session.callTool("start_vm", { vmid: 900 });
    expect(started.isError, started.text).toBe(false);
  });

  it("is left to PVE where that is configured", async () => {
    await using session = await connect({
      ...options,
      token: (pve) => pve.credentials.auditorToken,
      permissions: "off",
    });
    const { text } = await session.callTool("start_vm", { vmid: 103 });
    expect(text).toMatch(/403/);
  });
});
