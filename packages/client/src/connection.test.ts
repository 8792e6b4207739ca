import { describe, expect, it, test } from "vitest";
import { asConnectionError } from "./connection.js";
import { PveConnectionError } from "./errors.js";
import { mayRetryError, mayRetryStatus, tryRepeatedly } from "./retry.js";

const target = { operation: "GET /version", host: "pve1:8006" };
const system = (code: string, more: object = {}) => Object.assign(new Error(`secret ${code}`), { code, ...more });

describe("asConnectionError", () => {
  test.each([
    [system("ECONNREFUSED"), "refused", "no"],
    [new TypeError("fetch failed", { cause: system("ENOTFOUND") }), "dns", "no"],
    [new TypeError("fetch failed", { cause: new AggregateError([system("ECONNREFUSED")]) }), "refused", "no"],
    [system("ECONNRESET"), "reset", "maybe"],
    [system("ETIMEDOUT", { syscall: "connect" }), "timeout", "no"],
    [system("ETIMEDOUT", { syscall: "read" }), "timeout", "maybe"],
    [system("CERT_HAS_EXPIRED"), "tls", "no"],
    [system("ERR_SSL_WRONG_VERSION_NUMBER"), "tls", "maybe"],
    [new Error("secret"), "other", "maybe"],
    ["a string", "other", "maybe"],
  ] as const)("reads %s as %s, sent: %s", (error, kind, sent) => {
    const made = asConnectionError(error, target);
    expect(made).toMatchObject({ code: "PVE_CONNECTION", kind, sent });
    expect(made.message).toMatch(/^GET \/version to pve1:8006: /);
    expect(made.message).not.toContain("secret");
    expect(made.cause).toBeUndefined();
  });

  it("says what to do about a certificate that a node has signed itself", () => {
    const { message } = asConnectionError(system("DEPTH_ZERO_SELF_SIGNED_CERT"), target);
    expect(message).toMatch(/tls\.fingerprint256.*tls\.ca.*; nothing was sent$/);
    expect(asConnectionError(system("CERT_HAS_EXPIRED"), target).message).not.toContain("fingerprint256");
  });

  it("keeps what a transport knew", () => {
    const known = new PveConnectionError("", { kind: "tls-pin", sent: "no", expected: "AA", seen: "BB" });
    expect(asConnectionError(known, target)).toMatchObject({ kind: "tls-pin", sent: "no", expected: "AA", seen: "BB" });
    expect(asConnectionError(known, target).message).toMatch(/expected AA, seen BB; nothing was sent$/);
  });
});

describe("the rules of retrying", () => {
  const error = (kind: PveConnectionError["kind"], sent: "no" | "maybe") => new PveConnectionError("", { kind, sent });

  test.each([
    ["GET", error("reset", "maybe"), true],
    ["GET", error("refused", "no"), true],
    ["POST", error("refused", "no"), true],
    ["POST", error("dns", "no"), true],
    ["POST", error("reset", "maybe"), false],
    ["DELETE", error("timeout", "maybe"), false],
    ["PUT", error("other", "maybe"), false],
    ["GET", error("aborted", "no"), false],
    ["GET", error("tls-pin", "no"), false],
    ["GET", error("tls", "no"), false],
  ] as const)("%s after %o: %s", (method, failure, want) => {
    expect(mayRetryError(method, failure)).toBe(want);
  });

  test.each([
    ["GET", 502, true],
    ["GET", 596, true],
    ["GET", 500, false],
    ["POST", 502, false],
    ["POST", 595, false],
  ])("%s after a %i: %s", (method, status, want) => {
    expect(mayRetryStatus(method, status)).toBe(want);
  });

  it("waits longer each time at one address, and not at all for another", async () => {
    const pauses: number[] = [];
    const bases = ["a", "a", "a", "b", "b"];
    const endpoints = { choose: () => bases.shift() ?? "" };
    const pause = async (ms: number) => void pauses.push(ms);
    const tried: string[] = [];
    const attempt = async (base: string) => tried.push(base);
    expect(await tryRepeatedly({ endpoints, url: "", most: 4, pause }, attempt, () => true)).toBe(5);
    expect(tried).toEqual(["a", "a", "a", "b", "b"]);
    expect(pauses).toEqual([250, 1000, 250]);
  });
});
