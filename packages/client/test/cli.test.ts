import { X509Certificate } from "node:crypto";
import { createServer } from "node:net";
import { describe, expect, it, test } from "vitest";
import { runCli } from "../src/cli.js";
import { nodeCertificate } from "./certificates.js";
import { startSecureServer } from "./secure-server.js";

const { fingerprint256, validFrom } = new X509Certificate(nodeCertificate.cert);
const during = new Date(Date.parse(validFrom) + 86_400_000);

async function run(...argv: string[]) {
  return runAt(during, ...argv);
}

async function runAt(now: Date, ...argv: string[]) {
  const printed = { out: "", err: "" };
  const write = (where: "out" | "err") => (text: string) => {
    printed[where] += text;
  };
  const code = await runCli(argv, { out: write("out"), err: write("err"), now: () => now });
  return { code, ...printed };
}

describe("pve-client fingerprint", () => {
  it("prints what a host shows, and sends it no request", async () => {
    await using server = await startSecureServer(nodeCertificate);
    const { code, out, err } = await run("fingerprint", server.host);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(`fingerprint  ${fingerprint256}\n`);
    expect(out).toContain("subject      CN=pve-client-test-node\n");
    expect(out).toMatch(/valid {8}\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\n/);
    expect(out).toMatch(/trusted {6}not by the system/);
    expect(server.requests()).toBe(0);
  });

  it("prints JSON for programs, also for an address as in baseUrl", async () => {
    await using server = await startSecureServer(nodeCertificate);
    const { code, out } = await run("fingerprint", `${server.url}/api2/json`, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ fingerprint256, trusted: false, issuer: "CN=pve-client-test-node" });
  });

  it("says so when the certificate is not valid at the time", async () => {
    await using server = await startSecureServer(nodeCertificate);
    const late = await runAt(new Date("9999-01-01"), "fingerprint", server.host);
    expect(late).toMatchObject({ code: 1, err: "pve-client: the certificate has expired\n" });
    expect(late.out).toContain(fingerprint256);
    const early = await runAt(new Date("2000-01-01"), "fingerprint", server.host);
    expect(early).toMatchObject({ code: 1, err: "pve-client: the certificate is not yet valid\n" });
  });

  it("fails when nobody listens", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const address = closed.address();
    await new Promise((resolve) => closed.close(resolve));
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, out, err } = await run("fingerprint", `127.0.0.1:${port}`);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(new RegExp(`^pve-client: fingerprint to 127.0.0.1:${port}: nothing listens there`));
  });

  test.each([
    [[]],
    [["fingerprint"]],
    [["fingerprint", "pve1/path"]],
    [["fingerprint", "not a host"]],
    [["fingerprint", "pve1", "pve2"]],
    [["fingerprint", "--verbose"]],
    [["login", "pve1"]],
  ])("called as %j shows how it is used", async (argv) => {
    expect(await run(...argv)).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/^usage: pve-client/) });
  });

  it("shows how it is used when asked", async () => {
    expect(await run("--help")).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^usage: pve-client/) });
  });
});
