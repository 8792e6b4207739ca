import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { openIdLogin, type PasswordAuth, type SecondFactor } from "@pve/client";
import { createClient } from "@pve/client/node";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { nodeCertificate } from "./certificates.js";
import { answerJson, failureOf, faultClient, SECRET, startFaultServer } from "./fault-server.js";
import { startSecureServer } from "./secure-server.js";

const whole = { username: "alice@pve", ticket: "PVE:alice@pve:6B00FA43::c2ln", CSRFPreventionToken: "6B00FA43:Y3NyZg" };
const challenge = {
  totp: true,
  recovery: [0, 3],
  yubico: false,
  webauthn: { publicKey: { challenge: "Y2hhbGxlbmdl", rpId: "pve1.example" } },
};

/** A ticket that is good for nothing but the second step; what is in braces has no bare colon. */
function half(ways: object): string {
  return `PVE:!tfa!${encodeURIComponent(JSON.stringify(ways))}:6B00FA43::c2ln`;
}

/** A PVE whose account asks for a second factor that must be `want`; everything but the login is an empty list. */
function startTfaServer(want: string, ways: object = challenge) {
  return startFaultServer((response, { url, body }) => {
    if (!url.endsWith("/access/ticket")) return answerJson(response, []);
    const form = new URLSearchParams(body);
    if (form.get("password") === whole.ticket) return answerJson(response, whole);
    if (form.get("tfa-challenge") === null) return answerJson(response, { ...whole, ticket: half(ways), NeedTFA: 1 });
    const isRight = form.get("tfa-challenge") === half(ways) && form.get("password") === want;
    return isRight ? answerJson(response, whole) : answerJson(response, null, 401, "authentication failure");
  });
}

function alice(url: string, secondFactor: SecondFactor) {
  const auth: PasswordAuth = { username: "alice@pve", password: SECRET, secondFactor };
  return faultClient(url, { auth }).pve;
}

// Codes and recovery keys are verified by a simulated PVE: see second-factor.test.ts. It has no security keys.
describe("a second factor", () => {
  test.each<[string, SecondFactor, string]>([
    [
      "a WebAuthn assertion",
      { webauthn: (asked) => ({ id: "x", challenge: (asked as typeof challenge.webauthn).publicKey.challenge }) },
      'webauthn:{"id":"x","challenge":"Y2hhbGxlbmdl"}',
    ],
    ["a WebAuthn assertion as text", { webauthn: async () => '{"id":"y"}' }, 'webauthn:{"id":"y"}'],
  ])("is answered with %s", async (_, factor, want) => {
    await using server = await startTfaServer(want);
    expect(await alice(server.url, factor).nodes.get()).toEqual([]);
    expect(server.arrived.map(({ url }) => url)).toEqual([
      "/api2/json/access/ticket",
      "/api2/json/access/ticket",
      "/api2/json/nodes",
    ]);
    expect(server.arrived[2]?.headers.cookie).toBe(`PVEAuthCookie=${encodeURIComponent(whole.ticket)}`);
  });

  it("is answered with a Yubico key where the account has one", async () => {
    await using server = await startTfaServer("yubico:cccccc", { yubico: true });
    expect(await alice(server.url, { yubico: () => "cccccc" }).nodes.get()).toEqual([]);
  });

  it("is sent even if the challenge cannot be read, for PVE to judge", async () => {
    await using server = await startFaultServer((response, { url, body }) => {
      if (!url.endsWith("/access/ticket")) return answerJson(response, []);
      const isSecond = new URLSearchParams(body).has("tfa-challenge");
      return answerJson(response, isSecond ? whole : { ...whole, ticket: "PVE:!tfa!%7B:1::s", NeedTFA: 1 });
    });
    expect(await alice(server.url, { totp: "1" }).nodes.get()).toEqual([]);
  });

  it("must be exactly one of those there are", () => {
    for (const factor of [{}, { totp: "1", yubico: "2" }, { sms: "1" }]) {
      expect(() => alice("http://127.0.0.1:1", factor as SecondFactor)).toThrow(
        expect.objectContaining({ code: "PVE_CONFIG" }),
      );
    }
  });
});

describe("a login over OpenID", () => {
  const request = { realm: "sso", redirectUrl: "https://app.example/back" };

  it("gives an address to open, and credentials for what comes back", async () => {
    await using server = await startFaultServer((response, { url }) => {
      if (url.endsWith("/openid/auth-url")) return answerJson(response, "https://sso.example/authorize?state=s1");
      return answerJson(response, url.endsWith("/openid/login") ? whole : []);
    });
    const { authUrl, finish } = await openIdLogin({ baseUrl: server.url, ...request });
    expect(authUrl).toBe("https://sso.example/authorize?state=s1");
    const auth = await finish("c0de", "s1");
    expect(auth).toEqual({ ticket: whole.ticket, csrfToken: whole.CSRFPreventionToken, username: "alice@pve" });
    await faultClient(server.url, { auth, now: () => 0x6b00fa43 * 1000 }).pve.nodes.get();
    expect(server.arrived.map(({ method, url, body }) => [method, url, body])).toEqual([
      ["POST", "/api2/json/access/openid/auth-url", "realm=sso&redirect-url=https%3A%2F%2Fapp.example%2Fback"],
      ["POST", "/api2/json/access/openid/login", "code=c0de&state=s1&redirect-url=https%3A%2F%2Fapp.example%2Fback"],
      ["GET", "/api2/json/nodes", ""],
    ]);
    expect(server.arrived[0]?.headers.authorization).toBeUndefined();
  });

  it("fails as PVE refuses it", async () => {
    await using server = await startFaultServer((response) => answerJson(response, null, 401, "openid failed"));
    expect(await failureOf(openIdLogin({ baseUrl: server.url, ...request }))).toMatchObject({
      code: "PVE_REQUEST",
      kind: "authentication",
      operation: "POST /access/openid/auth-url",
    });
  });
});

describe("a secret", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "pve-client-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const tokenOf = (request: { headers: { authorization?: string | undefined } } | undefined) =>
    request?.headers.authorization?.split("=")[1];

  it("may be a function, which is asked once, and again when PVE refuses what it gave", async () => {
    const tokens = ["root@pam!a=old", "root@pam!a=new"];
    let asked = 0;
    await using server = await startFaultServer((response, request) => {
      if (request.headers.authorization === "PVEAPIToken=root@pam!a=new") return answerJson(response, []);
      return response.writeHead(401, "invalid token value!").end();
    });
    const token = async () => tokens[Math.min(asked++, 1)] ?? "";
    const { pve } = faultClient(server.url, { auth: { token } });
    await Promise.all([pve.nodes.get(), pve.nodes.get()]);
    await pve.nodes.get();
    expect(asked).toBeLessThanOrEqual(3);
    expect(tokenOf(server.arrived.at(-1))).toBe("root@pam!a");
    expect(server.arrived.filter(({ headers }) => headers.authorization?.endsWith("old"))).toHaveLength(2);
  });

  it("that a function gives in vain twice is refused without a loop", async () => {
    await using server = await startFaultServer(
      (response) => void response.writeHead(401, "invalid token value!").end(),
    );
    const { pve } = faultClient(server.url, { auth: { token: () => "root@pam!a=same" } });
    expect(await failureOf(pve.nodes.get())).toMatchObject({ status: 401, kind: "authentication" });
    expect(server.arrived).toHaveLength(1);
  });

  it("that is no token is not quoted, and the function is asked again the next time", async () => {
    await using server = await startFaultServer((response) => answerJson(response, []));
    const given = [`Bearer ${SECRET}`, `root@pam!a=${SECRET}`];
    const { pve } = faultClient(server.url, { auth: { token: () => given.shift() ?? "" } });
    const error = await failureOf(pve.nodes.get());
    expect(error).toMatchObject({ code: "PVE_CONFIG" });
    expect(inspect(error)).not.toContain(SECRET);
    expect(await pve.nodes.get()).toEqual([]);
  });

  it("may stand in a file, with the newline that editors leave", async () => {
    const tokens: (string | undefined)[] = [];
    await using server = await startSecureServer(nodeCertificate, (response, request) => {
      tokens.push(request.headers.authorization);
      answerJson(response, []);
    });
    const tokenFile = path.join(folder, "token");
    await writeFile(tokenFile, `root@pam!a=${SECRET}\n`);
    const tls = { insecure: true } as const;
    await createClient({ baseUrl: server.url, auth: { tokenFile }, tls }).nodes.get();
    expect(tokens).toEqual([`PVEAPIToken=root@pam!a=${SECRET}`]);
    const missing = { tokenFile: path.join(folder, "nowhere") };
    const error = await failureOf(createClient({ baseUrl: server.url, auth: missing, tls }).nodes.get());
    expect(error).toMatchObject({ code: "PVE_CONFIG" });
    expect(String(error)).toMatch(/auth\.tokenFile: cannot read .*nowhere \(ENOENT\)/);
  });

  it("of a login may stand in a file too", async () => {
    const bodies: string[] = [];
    await using server = await startSecureServer(nodeCertificate, async (response, request) => {
      for await (const chunk of request) bodies.push(String(chunk));
      answerJson(response, request.url?.endsWith("/access/ticket") ? whole : []);
    });
    const passwordFile = path.join(folder, "password");
    await writeFile(passwordFile, "correct horse\n");
    const auth = { username: "alice@pve", passwordFile };
    await createClient({ baseUrl: server.url, auth, tls: { insecure: true } }).nodes.get();
    expect(bodies).toEqual(["username=alice%40pve&password=correct%20horse"]);
  });
});
