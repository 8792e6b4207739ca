import { describe, expect, it } from "vitest";
import { PveMcpConfigError } from "../src/config.js";
import { hashToken, makeToken } from "../src/http/bearer-token.js";
import { httpConfigOf } from "../src/http/http-config.js";
import { configOf } from "./http-session.js";

const TOKEN = "assistant@pve!reader=5b1a4c8e-0f3d-4c7e-9a51-6d2f8b7c1e90";
const files = { "/etc/alice": TOKEN, "/etc/jwks": "{}", "/etc/bad": "not a token", "/etc/tls": "PEM" };
const alice = { id: "alice", token: hashToken("one") };
const changer = { ...alice, reach: "change" };
const destroyer = { ...alice, reach: "destroy" };
const approval = { directory: "approvals" };
const URL = "https://mcp.example/mcp";
const oauth = { issuer: "https://id.example", jwks_file: "jwks" };

function read(http: object | undefined, listen?: string) {
  const targets = [{ name: "lab", url: "https://lab.example", token: TOKEN }];
  return httpConfigOf(configOf({ targets, ...(http !== undefined && { http }) }, files), listen);
}

/** What is wrong, whether it shows while the file is read or once HTTP is to be served. */
function problemsOf(http: object | undefined, listen?: string): readonly string[] {
  try {
    return read(http, listen).problems;
  } catch (error) {
    if (error instanceof PveMcpConfigError) return error.problems;
    throw error;
  }
}

describe("the HTTP server", () => {
  it("listens on this machine alone, on names of its own, unless told otherwise", () => {
    expect(read({ callers: [alice] }).config).toMatchObject({
      host: "127.0.0.1",
      port: 8765,
      hosts: ["localhost", "127.0.0.1", "[::1]"],
      loopback: true,
      timeout: 105_000,
      callers: [{ id: "alice", reach: "read", tokenHash: alice.token, pveTokens: {} }],
    });
  });

  const places: [listen: string, host: string, port: number][] = [
    ["9000", "127.0.0.1", 9000],
    ["localhost:9000", "localhost", 9000],
    ["[::1]:9000", "::1", 9000],
    [":9000", "127.0.0.1", 9000],
    ["192.0.2.7:9000", "192.0.2.7", 9000],
  ];

  it.each(places)("takes %s as where to listen", (listen, host, port) => {
    expect(read({ callers: [alice], listen: "127.0.0.2:1" }, listen).config).toMatchObject({ host, port });
  });

  it("answers to the name in its address, and expects tokens made out to it", () => {
    const url = "https://mcp.example/mcp";
    expect(read({ url, oauth }, "0.0.0.0:80").config).toMatchObject({
      hosts: ["mcp.example"],
      oauth: { audience: url, jwks: { file: "/etc/jwks" }, scopes: { read: "pve:read", destroy: "pve:destroy" } },
    });
  });

  it("warns where tokens would travel in the open", () => {
    const warned = (http: object) => {
      const { config, ...rest } = read({ callers: [alice], ...http }, "192.0.2.7:80");
      return config === undefined ? [] : "warnings" in rest ? rest.warnings : [];
    };
    expect(warned({})).toEqual([expect.stringContaining("unencrypted")]);
    expect(warned({ tls: { cert_file: "tls", key_file: "tls" } })).toEqual([]);
    expect(warned({ url: "https://mcp.example/mcp" })).toEqual([]);
  });

  const warned: [title: string, content: object, http: object, want: readonly RegExp[]][] = [
    ["nothing where nobody changes anything", {}, { callers: [alice] }, []],
    ["nothing where a reader's target may be changed", { allow: "change" }, { url: URL, callers: [alice] }, []],
    ["nothing of one process that changes", { allow: "change" }, { callers: [changer] }, []],
    ["where several may answer at an address", { allow: "change" }, { url: URL, callers: [changer] }, [/several/]],
    ["where some could never approve", { allow: "destroy" }, { callers: [destroyer] }, [/2026-07-28/]],
    ["of both for whoever a scope lets in", { allow: "destroy" }, { url: URL, oauth }, [/2026-07-28/, /several/]],
    ["nothing with a shared directory", { allow: "destroy", approval }, { url: URL, callers: [destroyer] }, []],
    ["of a request that may not wait for its task", { wait: 60 }, { callers: [alice], timeout: 60 }, [/cut off/]],
  ];

  it.each(warned)("warns: %s", (_title, { allow = "read", ...content }: { allow?: string }, http, want) => {
    const targets = [{ name: "lab", url: "https://lab.example", token: TOKEN, allow }];
    const { warnings } = httpConfigOf(configOf({ targets, http, ...content }, files), undefined) as {
      warnings: readonly string[];
    };
    expect(warnings).toEqual(want.map((text) => expect.stringMatching(text)));
  });

  it("lets calls that wait for their task answer before it ends", () => {
    expect(read({ callers: [alice] }).config?.drain).toBe(50_000);
    expect(read({ callers: [alice], drain: 7 }).config?.drain).toBe(7_000);
  });

  const refused: [title: string, http: object | undefined, listen: string | undefined, want: RegExp][] = [
    ["to let anybody in unasked", undefined, undefined, /pve-mcp token/],
    ["to let nobody in", {}, undefined, /pve-mcp token/],
    ["to be open to other machines", { open: true }, "192.0.2.7:80", /loopback/],
    ["to be open and guarded", { open: true, callers: [alice] }, undefined, /Keep one/],
    ["to answer to any name", { callers: [alice] }, "0.0.0.0:80", /http\.hosts/],
    ["an address that is none", { callers: [alice] }, "localhost", /host:port/],
    ["a port that is none", { callers: [alice] }, "localhost:65536", /host:port/],
    ["tokens made out to nobody", { oauth }, undefined, /http\.url/],
    ["an issuer without keys", { url: "https://a", oauth: { issuer: "https://id.example" } }, undefined, /jwks_url/],
    [
      "keys that are not there",
      { url: "https://a", oauth: { ...oauth, jwks_file: "no" } },
      undefined,
      /jwks_file names/,
    ],
    ["a subject nobody vouches for", { callers: [{ ...alice, subject: "a" }] }, undefined, /subject/],
    ["a caller without a way in", { callers: [{ id: "bob" }] }, undefined, /callers\.0: needs a token/],
    ["two callers of one name", { callers: [alice, { ...alice, token: hashToken("x") }] }, undefined, /same id/],
    ["two callers of one token", { callers: [alice, { ...alice, id: "bob" }] }, undefined, /same token/],
    ["a target that is none", { callers: [{ ...alice, targets: ["home"] }] }, undefined, /"home"; targets: lab/],
    ["a PVE token for no target", { callers: [{ ...alice, pve_tokens: { home: "alice" } }] }, undefined, /"home"/],
    [
      "a PVE token that is none",
      { callers: [{ ...alice, pve_tokens: { lab: "bad" } }] },
      undefined,
      /alice\.pve_tokens\.lab/,
    ],
    ["a PVE token that is not there", { callers: [{ ...alice, pve_tokens: { lab: "no" } }] }, undefined, /names "no"/],
    ["a key it does not know", { calers: [] }, undefined, /calers/],
  ];

  it.each(refused)("refuses %s", (_title, http, listen, want) => {
    expect(problemsOf(http, listen).join("\n")).toMatch(want);
  });

  it("repeats no token that stands where its hash should", () => {
    const token = makeToken();
    const problems = problemsOf({ callers: [{ id: "alice", token }] }).join("\n");
    expect(problems).toMatch(/callers\.0\.token: is not a hash/);
    expect(problems).not.toContain(token);
  });
});
