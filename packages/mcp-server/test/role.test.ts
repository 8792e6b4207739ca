import { describe, expect, it } from "vitest";
import { EXIT } from "../src/command.js";
import { ranCommand } from "./ran-command.js";

describe("pve-mcp role", () => {
  it("prints what an administrator types for a few tools, on stdout alone", async () => {
    const { status, out } = await ranCommand(["role", "start_vm", "get_vms", "--user", "bot@pve", "--token", "mcp"]);
    expect(status).toBe(EXIT.done);
    const lines = out.trim().split("\n");
    expect(lines.every((line) => line.startsWith("pveum "))).toBe(true);
    expect(out).toContain("VM.PowerMgmt");
    expect(out).toContain("bot@pve!mcp");
    expect(out).not.toContain("VM.Allocate");
  });

  it("takes toolsets, and no more of them than is allowed", async () => {
    const reading = await ranCommand(["role", "snapshots"]);
    expect(reading.out).not.toContain("VM.Snapshot.Rollback");
    const destroying = await ranCommand(["role", "snapshots", "--allow", "destroy"]);
    expect(destroying.out).toContain("VM.Snapshot");
  });

  it("takes all that is allowed when nothing is named, as data on request", async () => {
    const { out } = await ranCommand(["role", "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      grants: expect.arrayContaining([expect.objectContaining({ path: expect.any(String) })]),
      commands: expect.any(Array),
    });
  });

  it.each([
    ["--user", "bot@pve; reboot"],
    ["--user", "bot"],
    ["--token", "a b"],
    ["--name", "x' ; reboot '"],
  ])("puts nothing into commands for root that PVE would not take: %s %s", async (flag, value) => {
    const { status, out, err } = await ranCommand(["role", "start_vm", flag, value]);
    expect({ status, out, err }).toEqual({
      status: EXIT.usage,
      out: "",
      err: expect.stringContaining(`${flag} is not`),
    });
  });

  it("says on stderr what no token can do", async () => {
    const { status, err } = await ranCommand(["role", "change_password", "--allow", "destroy"]);
    expect(status).toBe(EXIT.done);
    expect(err).toMatch(/Not possible for a token:\n +change_password/);
  });

  it("names what it does not know, and what it may have been", async () => {
    const { status, out, err } = await ranCommand(["role", "start_vn", "--allow", "everything"]);
    expect(status).toBe(EXIT.usage);
    expect(out).toBe("");
    expect(err).toContain("Did you mean start_vm");
    expect(err).toContain('--allow "everything"');
  });
});
