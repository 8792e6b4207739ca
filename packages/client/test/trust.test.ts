import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileTrustStore, type TlsOptions, type TrustStore } from "@pve/client/node";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { clientCertificate, nodeCertificate, strangerCertificate } from "./certificates.js";
import { failureOf } from "./fault-server.js";
import { nodeClient, startSecureServer } from "./secure-server.js";

const print = (certificate: { readonly cert: string }) => new X509Certificate(certificate.cert).fingerprint256;
const nodePrint = print(nodeCertificate);
const strangerPrint = print(strangerCertificate);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pve-client-"));
});
afterAll(() => rm(folder, { recursive: true }));

function memoryStore(): TrustStore & { readonly prints: Map<string, string> } {
  const prints = new Map<string, string>();
  return {
    prints,
    get: (host) => prints.get(host),
    set: (host, fingerprint) => {
      prints.set(host, fingerprint);
    },
  };
}

describe("several pins", () => {
  it("let in whoever shows one of them", async () => {
    await using server = await startSecureServer(nodeCertificate);
    const tls = { fingerprint256: [strangerPrint, nodePrint.toLowerCase()] };
    expect(await nodeClient(server.url, { tls }).nodes.get()).toEqual([]);
  });

  it("are all named when none of them is shown", async () => {
    await using server = await startSecureServer(nodeCertificate);
    const other = "AB:".repeat(31).concat("AB");
    const error = await failureOf(
      nodeClient(server.url, { tls: { fingerprint256: [strangerPrint, other] } }).nodes.get(),
    );
    expect(error).toMatchObject({
      kind: "tls-pin",
      sent: "no",
      expected: `${strangerPrint} or ${other}`,
      seen: nodePrint,
    });
    expect(server.requests()).toBe(0);
  });
});

describe("trust on first use", () => {
  it("remembers whom it met, by host and port, and lets nobody else in there", async () => {
    const store = memoryStore();
    const first = await startSecureServer(nodeCertificate);
    const tls = { trustOnFirstUse: store };
    await nodeClient(first.url, { tls }).nodes.get();
    await nodeClient(first.url, { tls }).nodes.get();
    expect([...store.prints]).toEqual([[first.host, nodePrint]]);
    await first[Symbol.asyncDispose]();

    await using impostor = await startSecureServer(strangerCertificate, undefined, Number(first.host.split(":")[1]));
    const error = await failureOf(nodeClient(impostor.url, { tls }).nodes("pve1").qemu(100).status.stop.post());
    expect(error).toMatchObject({ kind: "tls-pin", sent: "no", expected: nodePrint, seen: strangerPrint });
    expect(impostor.requests()).toBe(0);
  });

  it("writes once, however many connections open at once", async () => {
    await using server = await startSecureServer(nodeCertificate);
    const store = memoryStore();
    let writes = 0;
    const slow: TrustStore = {
      get: async (host) => store.get(host),
      set: async (host, fingerprint) => {
        writes += 1;
        await store.set(host, fingerprint);
      },
    };
    const pve = nodeClient(server.url, { tls: { trustOnFirstUse: slow } });
    await Promise.all([pve.nodes.get(), pve.nodes.get(), pve.nodes.get(), pve.nodes.get()]);
    expect(writes).toBe(1);
    expect(server.connections()).toBeGreaterThan(1);
  });

  it("sends nothing when the store fails", async () => {
    await using server = await startSecureServer(nodeCertificate);
    const broken: TrustStore = {
      get: () => undefined,
      set: async () => {
        throw Object.assign(new Error("x"), { code: "EROFS" });
      },
    };
    const error = await failureOf(nodeClient(server.url, { tls: { trustOnFirstUse: broken } }).nodes.get());
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "tls", sent: "no" });
    expect(String(error)).toMatch(/the store of fingerprints failed: EROFS/);
    expect(server.requests()).toBe(0);
  });
});

describe("a file of prints", () => {
  it("is readable by its owner only, and knows every host after a restart", async () => {
    const file = path.join(folder, "deep/known.json");
    const store = fileTrustStore(file);
    expect(await store.get("pve1:8006")).toBeUndefined();
    await Promise.all([store.set("pve1:8006", nodePrint), store.set("pve2:8006", strangerPrint)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ "pve1:8006": nodePrint, "pve2:8006": strangerPrint });
    expect(await fileTrustStore(file).get("pve2:8006")).toBe(strangerPrint);
  });

  test.each(["not json", "[]", '{"pve1:8006":1}'])("that holds %s is refused, not forgotten", async (text) => {
    const file = path.join(folder, "broken.json");
    await writeFile(file, text);
    await using server = await startSecureServer(nodeCertificate);
    const error = await failureOf(
      nodeClient(server.url, { tls: { trustOnFirstUse: fileTrustStore(file) } }).nodes.get(),
    );
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "tls", sent: "no" });
    expect(String(error)).toContain("is no store of fingerprints");
    expect(await readFile(file, "utf8")).toBe(text);
    expect(server.requests()).toBe(0);
  });
});

describe("a client certificate", () => {
  const picky = { ...nodeCertificate, requestCert: true, rejectUnauthorized: true, ca: clientCertificate.cert };

  test.each<[string, TlsOptions]>([
    ["a pin", { fingerprint256: nodePrint }],
    ["an authority", { ca: nodeCertificate.cert }],
  ])("is shown beside %s", async (_, tls) => {
    await using server = await startSecureServer(picky);
    expect(await nodeClient(server.url, { tls: { ...tls, ...clientCertificate } }).nodes.get()).toEqual([]);
    expect(await failureOf(nodeClient(server.url, { tls }).nodes.get())).toMatchObject({ code: "PVE_CONNECTION" });
    expect(server.requests()).toBe(1);
  });

  it("alone leaves the node's certificate to the system's authorities", async () => {
    await using server = await startSecureServer(picky);
    const error = await failureOf(nodeClient(server.url, { tls: clientCertificate }).nodes.get());
    expect(error).toMatchObject({ kind: "tls", sent: "no" });
  });

  it.each([
    ["a wrong passphrase", { passphrase: "sesame" }],
    ["somebody else's key", { key: nodeCertificate.key }],
    ["text that is no PEM", { cert: "certificate" }],
  ])("with %s is refused before anything is opened", (_, wrong) => {
    const make = () => nodeClient("https://127.0.0.1:1", { tls: { insecure: true, ...clientCertificate, ...wrong } });
    expect(make).toThrow(expect.objectContaining({ code: "PVE_CONFIG" }));
    expect(make).not.toThrow(/sesame|PRIVATE/);
  });
});
