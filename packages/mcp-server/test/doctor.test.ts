import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../src/command.js";
import { ranCommand } from "./ran-command.js";
import { type Cluster, startCluster } from "./spawned.js";

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(() => cluster[Symbol.asyncDispose]());

describe("pve-mcp doctor", () => {
  it("looks at connection, trust, release, clock, quorum, token and privileges", async () => {
    const { status, out } = await ranCommand(["doctor"], cluster.env);
    expect(status).toBe(EXIT.done);
    expect(out).toMatch(/ok +tls +the certificate is pinned/);
    expect(out).toMatch(/ok +connection +PVE 9\.2\.\d+ answers at https:\/\/127\.0\.0\.1:\d+ in \d+ ms/);
    expect(out).toMatch(/ok +release/);
    // The simulator's time is not ours.
    expect(out).toMatch(/WARN +clock +the node's clock is \d+ s (ahead of|behind) this machine's/);
    expect(out).toMatch(/ok +quorum +\w+ is quorate/);
    expect(out).toMatch(/WARN +token +it has every privilege of its user \(privsep=0\)/);
    expect(out).toMatch(/ok +privileges +of \d+ tools: \d+ allowed, \d+ depending on the object, 0 denied/);
    expect(out).toMatch(/WARN +grants +\d+ privileges that the allowed tools do not need: .*Permissions\.Modify/);
  });

  it("says of a token that only looks which of the allowed tools it cannot use, and what would grant them", async () => {
    const env = { ...cluster.env, PVE_TOKEN: cluster.pve.credentials.auditorToken };
    const reading = await ranCommand(["doctor"], env);
    expect(reading.out).toMatch(/(ok|WARN) +grants/);
    const changing = await ranCommand(["doctor", "--allow", "change"], env);
    expect(changing.out).toMatch(/WARN +privileges +.* [1-9]\d* denied: /);
    expect(changing.out).toContain("pve-mcp role prints");
  });

  it("reports as data on request", async () => {
    const { out } = await ranCommand(["doctor", "--json"], cluster.env);
    expect(JSON.parse(out)).toMatchObject([
      { target: "pve", findings: expect.arrayContaining([expect.objectContaining({ check: "quorum", state: "ok" })]) },
    ]);
  });

  it("fails on a token that the cluster does not know", async () => {
    const PVE_TOKEN = "root@pam!gone=00000000-0000-4000-8000-000000000000";
    const { status, out } = await ranCommand(["doctor"], { ...cluster.env, PVE_TOKEN });
    expect(status).toBe(EXIT.failed);
    expect(out).toMatch(/FAIL +token +the cluster does not know the token/);
    expect(out).not.toContain("privileges");
  });

  it("fails on another certificate than the pinned one, before the token is shown to it", async () => {
    const PVE_FINGERPRINT = Array.from({ length: 32 }, () => "AA").join(":");
    const before = cluster.pve.requests().length;
    const { status, out } = await ranCommand(["doctor"], { ...cluster.env, PVE_FINGERPRINT });
    expect(status).toBe(EXIT.unreachable);
    expect(out).toMatch(/FAIL +connection/);
    expect(cluster.pve.requests().length).toBe(before);
  });

  it("says when nobody answers, and when the configuration is no good", async () => {
    const unreachable = await ranCommand(["doctor"], { ...cluster.env, PVE_URL: "https://127.0.0.1:9" });
    expect(unreachable.status).toBe(EXIT.unreachable);
    expect(await ranCommand(["doctor"])).toMatchObject({ status: EXIT.usage, out: "" });
  });

  it("shows no secret", async () => {
    for (const argv of [["doctor"], ["doctor", "--json"]]) {
      const { out, err } = await ranCommand(argv, cluster.env);
      expect(out + err).not.toContain(cluster.secret);
    }
  });
});
