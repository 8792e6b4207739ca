import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../src/command.js";
import { ownFolder, ranCommand } from "./ran-command.js";
import { type Cluster, startCluster } from "./spawned.js";

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(() => cluster[Symbol.asyncDispose]());

const written = (folder: string) => ({
  config: readFileSync(path.join(folder, "pve-mcp.yaml"), "utf8"),
  token: readFileSync(path.join(folder, "pve.token"), "utf8"),
});

describe("pve-mcp init", () => {
  it("asks, shows the certificate, and leaves a configuration that works", async () => {
    const folder = ownFolder();
    const { PVE_URL, PVE_TOKEN, PVE_FINGERPRINT } = cluster.env;
    const { status, out, err } = await ranCommand(["init", "--dir", folder], {}, [PVE_URL, "yes", PVE_TOKEN]);

    expect(status).toBe(EXIT.done);
    expect(err).toContain(PVE_FINGERPRINT);
    expect(written(folder).config).toContain(`fingerprint: ${PVE_FINGERPRINT}`);
    expect(written(folder).token).toBe(`${PVE_TOKEN}\n`);
    expect(statSync(path.join(folder, "pve.token")).mode & 0o777).toBe(0o600);
    expect(out).toContain('"mcpServers"');
    expect(out).toContain("claude mcp add pve -- npx");
    expect(out + err).not.toContain(cluster.secret);

    const doctor = await ranCommand(["doctor", "--config", path.join(folder, "pve-mcp.yaml")]);
    expect(doctor).toMatchObject({ status: EXIT.done, out: expect.stringMatching(/ok +connection/) });
  });

  it("writes nothing when the fingerprint is another", async () => {
    const folder = ownFolder();
    const { status, err } = await ranCommand(["init", "--dir", folder], {}, [cluster.env.PVE_URL, "no"]);
    expect(status).toBe(EXIT.refused);
    expect(err).toContain("Nothing was written");
    expect(() => written(folder)).toThrow(/ENOENT/);
  });

  it("asks again when an answer is of no use, and gives up after three", async () => {
    const folder = ownFolder();
    const { PVE_URL, PVE_TOKEN } = cluster.env;
    const second = await ranCommand(["init", "--dir", folder], {}, ["pve1", PVE_URL, "y", "hunter2", PVE_TOKEN]);
    expect(second).toMatchObject({ status: EXIT.done, err: expect.stringContaining("not an https address") });
    expect(second.err).not.toContain("hunter2");
    expect(await ranCommand(["init", "--dir", ownFolder()], {}, ["a", "b", "c"])).toMatchObject({ status: EXIT.usage });
  });

  it("touches no file that is there", async () => {
    const folder = ownFolder();
    const { PVE_URL, PVE_TOKEN } = cluster.env;
    await ranCommand(["init", "--dir", folder], {}, [PVE_URL, "yes", PVE_TOKEN]);
    const before = written(folder);
    const again = await ranCommand(["init", "--dir", folder], {}, [PVE_URL, "yes", PVE_TOKEN.replace(/.$/, "0")]);
    expect(again).toMatchObject({ status: EXIT.failed, err: expect.stringContaining("there already") });
    expect(written(folder)).toEqual(before);
  });

  it("says when nobody answers there", async () => {
    const { status } = await ranCommand(["init", "--dir", ownFolder()], {}, ["https://127.0.0.1:9"]);
    expect(status).toBe(EXIT.unreachable);
  });
});
