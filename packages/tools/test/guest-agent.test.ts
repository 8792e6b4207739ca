import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

describe("a command in a VM", () => {
  it("is a program with its arguments, or a text for the shell", async () => {
    await using lab = openLab();

    expect(await lab.run("execute_vm_command", { vmid: 100, command: ["echo", "a;b", "c"] })).toMatchObject({
      exitcode: 0,
      stdout: "a;b c\n",
      stderr: "",
    });
    expect(
      await lab.run("execute_vm_command", { vmid: 100, command: "hostname; echo 'a;b' && nothing" }),
    ).toMatchObject({
      exitcode: 127,
      stdout: "web01\na;b\n",
      stderr: "sh: 1: nothing: not found\n",
    });
  });

  it("that fails is an answer, with what it wrote", async () => {
    await using lab = openLab();

    const answer = await lab.run("execute_vm_command", { vmid: 100, command: ["cat", "/nowhere"] });

    expect(answer).toMatchObject({ finished: true, exitcode: 1, stderr: "cat: /nowhere: No such file or directory\n" });
  });

  it("gets its input, and shows the end of what it writes", async () => {
    await using lab = openLab();

    const answer = await lab.run("execute_vm_command", {
      vmid: 100,
      command: ["cat"],
      input: `${"x".repeat(500)}the end`,
      max_output: 100,
    });

    expect(answer).toMatchObject({
      stdout: `${"x".repeat(93)}the end`,
      notes: ["stdout has 507 characters; the last 100 are shown (max_output)."],
    });
  });

  it("that takes longer goes on, is not started again, and tells its end later", async () => {
    await using lab = openLab();

    const answer = await lab.run("execute_vm_command", { vmid: 100, command: ["sleep", "60"], timeout: 5 });
    const early = await lab.run("get_vm_command_result", { vmid: 100, pid: answer["pid"] });
    await lab.sim.clock.advance(60_000);
    const late = await lab.run("get_vm_command_result", { vmid: 100, pid: answer["pid"] });

    expect(answer).toMatchObject({ finished: false, notes: [expect.stringContaining("get_vm_command_result")] });
    expect(early).toMatchObject({ finished: false });
    expect(late).toMatchObject({ finished: true, exitcode: 0 });
    expect(lab.sim.requests().filter(({ path }) => path.endsWith("/exec"))).toHaveLength(1);
  });

  it("that does not exist is refused in the agent's words", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("execute_vm_command", { vmid: 100, command: ["frobnicate"] }))).toMatchObject({
      code: "TOOL_REFUSED",
      reason: expect.stringContaining("frobnicate"),
    });
  });
});

describe("a VM without an agent that answers", () => {
  const cases: [title: string, vmid: number, remedy: string][] = [
    ["says how to get one where none is configured", 106, "install qemu-guest-agent"],
    ["is started first where it is stopped", 103, "start_vm"],
  ];

  it.each(cases)("%s", async (_title, vmid, remedy) => {
    await using lab = openLab();

    for (const tool of ["get_vm_agent_info", "get_vm_freeze_status", "trim_vm_filesystems"]) {
      expect(await failure(lab.run(tool, { vmid }))).toMatchObject({
        code: "TOOL_REFUSED",
        remedy: expect.stringContaining(remedy),
      });
    }
    expect(await failure(lab.run("execute_vm_command", { vmid, command: ["true"] }))).toMatchObject({
      remedy: expect.stringContaining(remedy),
    });
  });

  it("is told apart from one whose agent does not run", async () => {
    await using lab = openLab();
    await lab.run("update_vm_config", { vmid: 106, config: { agent: "enabled=1" } });
    await lab.run("stop_vm", { vmid: 106 });
    await lab.run("start_vm", { vmid: 106 });

    expect(await failure(lab.run("get_vm_agent_info", { vmid: 106 }))).toMatchObject({
      message: expect.stringContaining("QEMU guest agent is not running"),
      remedy: expect.stringContaining("Nothing answers inside"),
    });
  });

  it("that does not exist is reported as such", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("read_vm_file", { vmid: 999, file: "/etc/hosts" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
    expect(await failure(lab.run("get_vm_agent_info", { vmid: 200 }))).toMatchObject({
      message: expect.stringContaining("is a container"),
    });
  });
});

describe("get_vm_agent_info", () => {
  it("puts everything into one answer", async () => {
    await using lab = openLab();

    expect(await lab.run("get_vm_agent_info", { vmid: 100 })).toMatchObject({
      hostname: "web01",
      os: { name: "Debian GNU/Linux 13 (trixie)", kernel: "6.12.48+deb13-amd64" },
      interfaces: [{ name: "lo" }, { name: "ens18", addresses: ["10.10.10.100/24", expect.stringContaining("fe80")] }],
      filesystems: [{ mountpoint: "/", type: "ext4", used_percent: 31 }],
      users: [{ user: "root" }],
      time: expect.stringMatching(/^2026-06-01T/),
      timezone: "UTC",
    });
  });

  it("names the parts that a guest does not support, and shows the others", async () => {
    await using lab = openLab();
    lab.sim.faults.add({
      kind: "status",
      status: 500,
      reason: "Agent error: The command guest-get-fsinfo has been disabled",
      match: { path: /get-fsinfo/ },
    });

    const answer = await lab.run("get_vm_agent_info", { vmid: 100 });

    expect(answer).toMatchObject({ hostname: "web01", notes: [expect.stringContaining("the file systems")] });
    expect(answer).not.toHaveProperty("filesystems.0");
  });
});

describe("files in a VM", () => {
  it("are read in parts", async () => {
    await using lab = openLab();
    const file = "/var/log/app.log";
    await lab.run("write_vm_file", { vmid: 100, file, content: "0123456789" });

    expect(await lab.run("read_vm_file", { vmid: 100, file, max_chars: 4 })).toMatchObject({
      content: "0123",
      truncated: true,
      notes: [expect.stringContaining("offset")],
    });
    expect(await lab.run("read_vm_file", { vmid: 100, file, offset: 4 })).toMatchObject({
      content: "456789",
      truncated: false,
    });
  });

  it("keep every letter", async () => {
    await using lab = openLab();
    const content = "Grüße aus Köln — 你好\n";

    await lab.run("write_vm_file", { vmid: 100, file: "/tmp/a", content });

    expect(await lab.run("read_vm_file", { vmid: 100, file: "/tmp/a" })).toMatchObject({ content });
  });

  it("are overwritten only when told so, and the answer says what size was lost", async () => {
    await using lab = openLab();
    const args = { vmid: 100, file: "/etc/hostname", content: "web99\n" };

    const refusal = await failure(lab.run("write_vm_file", args));
    const untouched = await lab.run("read_vm_file", { vmid: 100, file: "/etc/hostname" });

    expect(refusal).toMatchObject({ code: "TOOL_PRECONDITION", remedy: expect.stringContaining("overwrite") });
    expect(untouched).toMatchObject({ content: "web01\n" });
    expect(await lab.run("write_vm_file", { ...args, overwrite: true })).toMatchObject({ before_bytes: 6, bytes: 6 });
    expect(await lab.run("read_vm_file", { vmid: 100, file: "/etc/hostname" })).toMatchObject({ content: "web99\n" });
  });

  it("that do not exist, or have no place to be, are named", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("read_vm_file", { vmid: 100, file: "/etc/none" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      message: expect.stringContaining("/etc/none"),
    });
    expect(await failure(lab.run("write_vm_file", { vmid: 100, file: "/none/a", content: "x" }))).toMatchObject({
      code: "TOOL_REFUSED",
      reason: expect.stringContaining("/none/a"),
    });
  });
});

describe("file systems of a VM", () => {
  it("freeze and thaw", async () => {
    await using lab = openLab();

    expect(await lab.run("freeze_vm_filesystems", { vmid: 100 })).toMatchObject({
      status: "frozen",
      filesystems: 1,
      notes: [expect.stringContaining("thaw_vm_filesystems")],
    });
    expect(await lab.run("thaw_vm_filesystems", { vmid: 100 })).toMatchObject({ status: "thawed", filesystems: 1 });
  });
});

describe("a password inside a VM", () => {
  it("is never shown, not even by an error", async () => {
    await using lab = openLab();
    const args = { vmid: 100, password: "hunter2hunter2" };

    const answer = await lab.run("set_vm_user_password", { ...args, username: "root" });
    const errors = [
      await failure(lab.run("set_vm_user_password", { ...args, username: "No Such" })),
      await failure(lab.run("set_vm_user_password", { ...args, username: "root", passwort: "x" })),
      await failure(lab.run("set_vm_user_password", { vmid: 100, username: "root", password: "abc" })),
    ];

    expect(answer).toEqual({ vmid: 100, node: "pve1", username: "root", done: true });
    expect(errors).toMatchObject([
      { code: "TOOL_REFUSED" },
      { code: "TOOL_ARGUMENT" },
      { code: "TOOL_ARGUMENT", problems: { password: expect.any(String) } },
    ]);
    expect(errors.map(String).join()).not.toMatch(/hunter2|abc/);
  });
});
