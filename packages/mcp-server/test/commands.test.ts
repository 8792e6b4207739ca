import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT } from "../src/command.js";
import { commands } from "../src/commands.js";
import { ownFolder, ranCommand } from "./ran-command.js";
import { runClosed, runServer } from "./spawned.js";

const run = (...argv: string[]) => ranCommand(argv);

describe("pve-mcp", () => {
  it("answers --help and --version before it looks at anything else", async () => {
    expect(await run("--nonsense", "--version")).toEqual({ status: EXIT.done, out: "1.2.3\n", err: "" });
    expect(await run("-V")).toMatchObject({ out: "1.2.3\n" });
    expect(await run("--nonsense", "-h")).toMatchObject({ status: EXIT.done, err: "" });
  });

  it("names every command, flag and variable in its help", async () => {
    const { out } = await run("--help");
    const names = [
      ...Object.keys(commands),
      "PVE_MCP_CONFIG",
      "--config",
      "PVE_URL",
      "PVE_TOKEN",
      "PVE_TOKEN_FILE",
      "PVE_FINGERPRINT",
      "PVE_CA",
      "PVE_INSECURE",
      "PVE_SECRETS_DIR",
      "PVE_UPLOAD_DIRS",
      "--allow",
      "--wait",
      "Exit status",
    ];
    for (const name of names) expect(out).toContain(name);
  });

  it.each(Object.keys(commands))("%s explains itself", async (name) => {
    const { status, out } = await run(name, "--help");
    expect(status).toBe(EXIT.done);
    expect(out).toMatch(new RegExp(`^pve-mcp ${name}: .*[\\s\\S]*Usage: pve-mcp .*${name}`));
  });

  it("serves when no command is named, and says what it lacks", async () => {
    const [bare, named] = [await run("--wait", "5"), await run("serve", "--wait", "5")];
    expect(bare).toMatchObject({ status: EXIT.usage, out: "", err: expect.stringContaining("PVE_URL is not set") });
    expect(named).toEqual(bare);
  });

  it("refuses names that no toolset or tool has, with those that are near", async () => {
    const env = {
      PVE_URL: "https://pve1.example",
      PVE_TOKEN: "assistant@pve!reader=5b1a4c8e-0f3d-4c7e-9a51-6d2f8b7c1e90",
    };
    const { status, err } = await ranCommand(["--toolsets", "vm,all", "--tools", "get_vmz", "--exclude", "x"], env);
    expect(status).toBe(EXIT.usage);
    expect(err).toContain('There is no toolset "vm". Did you mean vms?');
    expect(err).toMatch(/There is no tool "get_vmz". Did you mean .*get_vms/);
    expect(err).toContain('There is no tool "x". docs/tools.md names all.');
  });

  it("refuses a word that is no command without repeating it", async () => {
    const { status, err } = await run("sesame");
    expect(status).toBe(EXIT.usage);
    expect(err).toContain("Commands: serve");
    expect(err).not.toContain("sesame");
  });

  it.each([
    [["tools", "--config", "pve-mcp.yaml"], "--config"],
    [["role", "--toolsets", "vms"], "--toolsets"],
    [["describe", "start_vm", "--allow", "change"], "--allow"],
    [["token", "alice", "--wait", "5"], "--wait"],
    [["init", "--config", "pve-mcp.yaml"], "--config"],
    [["approve", "--directory", "/tmp", "--refus"], "--refus"],
    [["audit", "verify", "--directory", "/tmp", "--keyfile=a"], "--keyfile"],
  ])("%j is refused: the command would do nothing with that", async (argv, flag) => {
    expect(await run(...argv)).toEqual({
      status: EXIT.usage,
      out: "",
      err: expect.stringContaining(`${flag} is not a flag of`),
    });
  });

  it("takes a directory behind an equals sign, too, and makes none that is not there", async () => {
    const folder = ownFolder();
    const nowhere = path.join(folder, "approvals");
    for (const argv of [["--directory", nowhere], [`--directory=${nowhere}`]]) {
      const { status, err } = await run("approve", ...argv);
      expect({ status, err }).toMatchObject({ status: EXIT.usage, err: expect.stringContaining("no server keeps") });
    }
    expect(existsSync(nowhere)).toBe(false);
    expect(await run("audit", "verify", `--directory=${folder}`)).toMatchObject({
      status: EXIT.failed,
      err: expect.stringContaining("there is no audit"),
    });
  });

  it("ends quietly when its reader has had enough, or nobody is there to answer", async () => {
    expect(await runClosed(["tools"])).toEqual({ code: EXIT.done, stdout: "", stderr: "" });
    expect(await runServer({}, ["init"])).toMatchObject({
      code: EXIT.usage,
      stderr: expect.stringMatching(/:\s+pve-mcp: there was no answer: stdin has ended\.\n$/),
    });
  });

  it("names a directory that cannot be used, and ends like any unusable setting", async () => {
    const folder = ownFolder();
    writeFileSync(path.join(folder, "taken"), "");
    const token = "root@pam!xy=00000000-0000-4000-8000-000000000000";
    const targets = [{ name: "a", url: "https://127.0.0.1:9", token }];
    writeFileSync(path.join(folder, "c.yaml"), JSON.stringify({ targets, audit: { directory: "taken/audit" } }));
    const { status, err } = await ranCommand(["call", "get_nodes", "--config", path.join(folder, "c.yaml")]);
    expect(status).toBe(EXIT.usage);
    expect(err).toMatch(/taken\/audit" cannot be used \(ENOTDIR\)/);
  });
});
