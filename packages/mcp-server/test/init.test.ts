import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:https";
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

/** Made once with openssl; its name holds an escape sequence and a line of its own. The key guards nothing. */
const forged = {
  cert: `-----BEGIN CERTIFICATE-----
MIIB9DCCAZqgAwIBAgIUQhqpysaDq5U7n6GiOdYgiYGozv0wCgYIKoZIzj0EAwIw
RjFEMEIGA1UEAww7cHZlMRtbMkssIGlzc3VlZCBieSBDTj1QVkUKVGhpcyBzeXN0
ZW0gdHJ1c3RzIGl0cyBhdXRob3JpdHkwIBcNMjYxMTI3MTEwMDU5WhgPMjEyNjEx
MDMxMTAwNTlaMEYxRDBCBgNVBAMMO3B2ZTEbWzJLLCBpc3N1ZWQgYnkgQ049UFZF
ClRoaXMgc3lzdGVtIHRydXN0cyBpdHMgYXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAETJ9uG5vDYM7cdViKmy3LIInlntx9upKs/kkg/UQgXR4fPVi+
7pLACfFINObHMIj0acu+xA5OgvE6oiT8QrBo/6NkMGIwHQYDVR0OBBYEFNVg4LUI
YrPXaTAeWYEMGU2uWx4GMB8GA1UdIwQYMBaAFNVg4LUIYrPXaTAeWYEMGU2uWx4G
MA8GA1UdEwEB/wQFMAMBAf8wDwYDVR0RBAgwBocEfwAAATAKBggqhkjOPQQDAgNI
ADBFAiB7qI/KkPzyRKwEAxS3CG1/wFZwUeYcUKU3lPljzPGwLAIhALas+grTQKwL
Px5AA86kECPoXKYiylDqXBC38R2Z+2t+
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgelSuaHvMMWBu/Jpg
9sQp/NlE0jbMJJuoW64TBYCeKA2hRANCAARMn24bm8Ngztx1WIqbLcsgieWe3H26
kqz+SSD9RCBdHh89WL7uksAJ8Ug05scwiPRpy77EDk6C8TqiJPxCsGj/
-----END PRIVATE KEY-----
`,
};

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

  it("shows the names in a certificate on one line, whoever wrote them", async () => {
    const server = createServer(forged);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { err } = await ranCommand(["init", "--dir", ownFolder()], {}, [`https://127.0.0.1:${port}`, "no"]);
    server.close();
    expect(err).toContain("  CN=pve1, issued by CN=PVE This system trusts its authority, issued by CN=");
    expect(err).not.toMatch(/^This system trusts/m);
  });

  it("refuses a name that no target can have before it asks anything", async () => {
    expect(await ranCommand(["init", "--name", "../a: b"])).toMatchObject({
      status: EXIT.usage,
      err: expect.stringContaining("--name takes letters"),
    });
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
