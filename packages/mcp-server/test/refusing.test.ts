import { describe, expect, it } from "vitest";
import { connect } from "./session.js";

describe("a tool that is not allowed", () => {
  it("is refused with the flag that allows it, and nothing is sent", async () => {
    await using session = await connect();
    const start = await session.callTool("start_vm", { vmid: 103 });
    const remove = await session.callTool("delete_vm", { vmid: 103 });
    expect(start).toMatchObject({ isError: true, text: expect.stringContaining("--allow change") });
    expect(remove).toMatchObject({ isError: true, text: expect.stringContaining("--allow destroy") });
    expect(session.pve.requests()).toEqual([]);
  });
});

describe("a tool that does not exist", () => {
  it("is answered with the names that come near", async () => {
    await using session = await connect();
    await expect(session.callTool("list_vms")).rejects.toThrow(/No tool is called "list_vms".*get_vms/);
  });

  it("is not answered with names that the session may not use", async () => {
    await using session = await connect();
    await expect(session.callTool("vm_delete")).rejects.toThrow(/^(?!.*delete_vm)/);
  });
});

describe("arguments", () => {
  const refused: [title: string, args: Record<string, unknown>, want: RegExp[]][] = [
    ["an unknown one", { vmid: 103, forse: true }, [/forse: no such argument/, /start_vm takes: .*vmid/]],
    ["a missing one", {}, [/vmid: missing/, /start_vm takes: .*vmid/]],
    ["one of the wrong type", { vmid: "web01" }, [/vmid: expected an integer.*"web01"/]],
    ["one outside its limits", { vmid: 7 }, [/vmid: expected an integer/]],
  ];

  it.each(refused)("are refused for %s, and nothing is sent", async (_title, args, want) => {
    await using session = await connect({ allowed: "change" });
    const { isError, text } = await session.callTool("start_vm", args);
    expect(isError).toBe(true);
    for (const pattern of want) expect(text).toMatch(pattern);
    expect(session.pve.requests()).toEqual([]);
  });
});

describe("a refusal of the cluster", () => {
  it("names the guest that does not exist and where to look", async () => {
    await using session = await connect();
    const { isError, text } = await session.callTool("get_vm_status", { vmid: 999 });
    expect(isError).toBe(true);
    expect(text).toMatch(/999[\s\S]*get_cluster_resources/);
  });

  it("names the tools for the other kind of guest", async () => {
    await using session = await connect();
    const { text } = await session.callTool("get_vm_status", { vmid: 200 });
    expect(text).toMatch(/container[\s\S]*container in their name/);
  });

  it("names the privilege and the path that a token lacks", async () => {
    await using session = await connect({
      allowed: "change",
      permissions: "off",
      token: (pve) => pve.credentials.auditorToken,
    });
    const { isError, text } = await session.callTool("start_vm", { vmid: 103 });
    expect(isError).toBe(true);
    expect(text).toMatch(/403.*\/vms\/103.*VM\.PowerMgmt/);
    expect(session.pve.guest(103)?.status).toBe("stopped");
  });

  it("names the parameter that PVE did not like", async () => {
    await using session = await connect({ allowed: "change" });
    const config = { net0: "model=virtio,bridge=vmbr0,tag=9999" };
    const { isError, text } = await session.callTool("update_vm_config", { vmid: 100, config });
    expect(isError).toBe(true);
    expect(text).toContain("net0");
  });

  it("tells the operator, not the model, to correct a token that the cluster does not know", async () => {
    const wrong = "root@pam!full=00000000-0000-0000-0000-000000000000";
    await using session = await connect({ token: () => wrong });
    const { isError, text } = await session.callTool("get_nodes");
    expect(isError).toBe(true);
    expect(text).toMatch(/401[\s\S]*operator.*PVE_TOKEN/);
    expect(session.written.join("\n")).not.toContain("00000000-0000");
  });
});

describe("a failing task", () => {
  it("is an error with its exit status and what to do", async () => {
    await using session = await connect({ allowed: "change" });
    const { isError, text } = await session.callTool("start_vm", { vmid: 104 });
    expect(isError).toBe(true);
    expect(text).toMatch(/ubuntu-24\.04\.1-live-server-amd64\.iso/);
    expect(text).toMatch(/UPID:pve1:.*:qmstart:104:/);
    expect(text).toMatch(/What to do: The image is gone: update_vm_config/);
    expect(session.pve.guest(104)?.status).toBe("stopped");
  });

  it("shows the last lines of its log", async () => {
    await using session = await connect({ allowed: "change" });
    const { text } = await session.callTool("start_vm", { vmid: 104 });
    expect(text).toMatch(/Last lines of its log:\n\[data \w+\]\nTASK ERROR/);
  });

  it("names the lock in its way", async () => {
    await using session = await connect({ allowed: "change" });
    const { isError, text } = await session.callTool("start_container", { container_id: 202 });
    expect(isError).toBe(true);
    expect(text).toMatch(/CT is locked \(backup\)[\s\S]*list_tasks/);
  });
});

describe("whatever goes wrong", () => {
  it("leaves no defect of the server behind", async () => {
    await using session = await connect({ allowed: "destroy" });
    await session.callTool("start_vm", { vmid: 104 });
    await session.callTool("delete_vm", { vmid: 102 });
    await session.callTool("get_task_log", { task_id: "nonsense" });
    expect(session.defects).toEqual([]);
  });

  it("shows no secret to the client", async () => {
    await using session = await connect({ allowed: "destroy" });
    for (const name of ["get_nodes", "get_storage", "list_tasks", "get_cluster_resources"])
      await session.callTool(name);
    await session.callTool("start_vm", { vmid: 104 });
    const secret = session.pve.credentials.token.split("=")[1] ?? "none";
    expect(session.written.join("\n")).not.toContain(secret);
  });
});
