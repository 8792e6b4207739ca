import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { serveHttp, speakHttp } from "./http-session.js";

const URL_OF_SERVER = "https://mcp.example/mcp";

interface Claims {
  readonly [name: string]: unknown;
}

interface Issuer extends AsyncDisposable {
  readonly url: string;
  readonly jwks: string;
  /** The keys as a file would hold them. */
  readonly published: () => string;
  /** How often somebody asked for the keys. */
  readonly asked: () => number;
  /** Signs with a new key from now on. */
  rotate(): Promise<void>;
  /** Answers no more. */
  stop(): Promise<void>;
  sign(claims?: Claims, age?: string): Promise<string>;
}

/** Somebody who makes out tokens and publishes keys. */
async function startIssuer(): Promise<Issuer> {
  let keys: Awaited<ReturnType<typeof newKey>>[] = [await newKey("k1")];
  let asked = 0;
  const published = () => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
  const server = createServer((_incoming, outgoing) => {
    asked += 1;
    outgoing.setHeader("content-type", "application/json").end(published());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url,
    jwks: `${url}/jwks`,
    published,
    asked: () => asked,
    stop,
    async rotate() {
      keys = [await newKey(`k${Math.random()}`)];
    },
    async sign(claims = {}, age = "5m") {
      const [key] = keys;
      if (key === undefined) throw new Error("no key");
      const { kid, privateKey } = key;
      return new SignJWT({ sub: "dora", scope: "openid pve:read", iss: url, aud: URL_OF_SERVER, ...claims })
        .setProtectedHeader({ alg: "ES256", kid })
        .setExpirationTime(age)
        .sign(privateKey);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function newKey(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } };
}

function serveFor(issuer: Issuer, more: object = {}) {
  return serveHttp({ url: URL_OF_SERVER, oauth: { issuer: issuer.url, jwks_url: issuer.jwks }, ...more });
}

async function statusWith(session: Awaited<ReturnType<typeof serveHttp>>, token: string) {
  const answer = await session.get("/mcp", { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, challenge: answer.headers.get("www-authenticate") ?? "" };
}

/** Moves the clock that keys are kept by; nothing waits. */
function later(ms: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
}

afterEach(() => {
  vi.useRealTimers();
});

describe("with OAuth", () => {
  it("the scopes of a token say how far its bearer may go", async () => {
    await using issuer = await startIssuer();
    await using session = await serveFor(issuer);
    await using reader = await speakHttp(session.url, await issuer.sign());
    await using changer = await speakHttp(session.url, await issuer.sign({ scope: "pve:change" }));
    await using destroyer = await speakHttp(session.url, await issuer.sign({ scp: ["pve:destroy"], scope: undefined }));
    expect(await reader.toolNames()).not.toContain("start_vm");
    expect(await changer.toolNames()).toContain("start_vm");
    expect(await changer.toolNames()).not.toContain("delete_vm");
    expect(await destroyer.toolNames()).toContain("delete_vm");
    expect((await reader.callTool("start_vm", { vmid: 101 })).text).toContain("oauth:dora");
    expect(issuer.asked()).toBe(1);
  });

  it("a subject that the configuration knows is held to both reaches, and goes by its name there", async () => {
    await using issuer = await startIssuer();
    await using session = await serveFor(issuer, {
      callers: [{ id: "dora-at-work", subject: "dora", reach: "change" }],
    });
    await using dora = await speakHttp(session.url, await issuer.sign({ scope: "pve:destroy" }));
    expect(await dora.toolNames()).not.toContain("delete_vm");
    expect((await dora.callTool("delete_vm", { vmid: 101 })).text).toContain("dora-at-work");
  });

  it("clients learn where to get a token", async () => {
    await using issuer = await startIssuer();
    await using session = await serveFor(issuer);
    const { status, challenge } = await statusWith(session, "none");
    expect(status).toBe(401);
    const metadata = "https://mcp.example/.well-known/oauth-protected-resource/mcp";
    expect(challenge).toContain(`resource_metadata="${metadata}"`);
    const document = await session.get(new URL(metadata).pathname);
    expect(await document.json()).toMatchObject({
      resource: URL_OF_SERVER,
      authorization_servers: [issuer.url],
      scopes_supported: ["pve:read", "pve:change", "pve:destroy"],
      bearer_methods_supported: ["header"],
    });
  });

  it("a token that is not meant, not valid or not the issuer's is refused", async () => {
    await using issuer = await startIssuer();
    await using stranger = await startIssuer();
    await using session = await serveFor(issuer);
    const secret = new TextEncoder().encode("a secret that both sides share, thirty-two bytes");
    const shared = await new SignJWT({ sub: "dora", scope: "pve:read", iss: issuer.url, aud: URL_OF_SERVER })
      .setProtectedHeader({ alg: "HS256", kid: "k1" })
      .setExpirationTime("5m")
      .sign(secret);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${(await issuer.sign()).split(".")[1]}.`;
    const refused: [title: string, token: string, says: RegExp][] = [
      ["for another server", await issuer.sign({ aud: "https://other.example" }), /the token's aud/],
      ["of another issuer", await issuer.sign({ iss: "https://other.example" }), /the token's iss/],
      ["of nobody", await issuer.sign({ sub: undefined }), /the token's sub/],
      ["that has expired", await issuer.sign({}, "-2m"), /expired/],
      ["that somebody else signed", await stranger.sign({ iss: issuer.url }), /not one of the issuer's/],
      ["signed with a shared secret", shared, /not one of the issuer's/],
      ["that nobody signed", unsigned, /not one of the issuer's/],
      ["that is no token", "abc", /not one of the issuer's/],
    ];
    for (const [title, token, says] of refused) {
      const { status, challenge } = await statusWith(session, token);
      expect([title, status]).toEqual([title, 401]);
      expect(challenge, title).toMatch(says);
      expect(challenge, title).toContain('error="invalid_token"');
    }
  });

  it("a token without a scope of this server is told which one it lacks", async () => {
    await using issuer = await startIssuer();
    await using session = await serveFor(issuer);
    const { status, challenge } = await statusWith(session, await issuer.sign({ scope: "openid" }));
    expect(status).toBe(403);
    expect(challenge).toMatch(/error="insufficient_scope".*scope="pve:read"/);
  });

  it("while the issuer's keys cannot be had no token is judged", async () => {
    const issuer = await startIssuer();
    await using session = await serveFor(issuer);
    const token = await issuer.sign();
    await issuer.stop();
    for (const _ of [1, 2]) expect((await statusWith(session, token)).status).toBe(503);
    expect(session.said().match(/keys cannot be read.*ECONNREFUSED/g)).toHaveLength(1);
    expect(session.said()).not.toContain(token);
  });

  it("keys at an address are kept, and fetched anew when the issuer signs with another", async () => {
    await using issuer = await startIssuer();
    await using session = await serveFor(issuer);
    for (const _ of [1, 2, 3]) expect((await statusWith(session, await issuer.sign())).status).toBe(405);
    expect(issuer.asked()).toBe(1);
    await issuer.rotate();
    expect((await statusWith(session, await issuer.sign())).status).toBe(401);
    expect(issuer.asked()).toBe(1);
    later(31_000);
    expect((await statusWith(session, await issuer.sign())).status).toBe(405);
    expect(issuer.asked()).toBe(2);
  });

  it("keys in a file are read again when the issuer signs with another", async () => {
    await using issuer = await startIssuer();
    const folder = mkdtempSync(path.join(tmpdir(), "pve-jwks-"));
    const file = path.join(folder, "jwks.json");
    writeFileSync(file, issuer.published());
    const http = { url: URL_OF_SERVER, oauth: { issuer: issuer.url, jwks_file: file } };
    await using session = await serveHttp(() => ({ http, files: { [file]: issuer.published() } }));
    expect((await statusWith(session, await issuer.sign())).status).toBe(405);
    await issuer.rotate();
    writeFileSync(file, issuer.published());
    later(1_500);
    expect((await statusWith(session, await issuer.sign())).status).toBe(405);
    rmSync(folder, { recursive: true });
  });
});
