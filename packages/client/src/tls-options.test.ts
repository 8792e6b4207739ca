import { expect, test } from "vitest";
import { readFingerprint, readTlsOptions, type TlsOptions } from "./tls-options.js";

const pairs = Array.from({ length: 32 }, (_, index) => (index + 160).toString(16).toUpperCase());

test.each([pairs.join(":"), pairs.join(""), pairs.join(":").toLowerCase(), ` ${pairs.join(" ")}\n`])(
  "a fingerprint may be written %s",
  (text) => {
    expect(readFingerprint(text)).toBe(pairs.join(":"));
  },
);

test.each<[string, object]>([
  ["too short a print", { fingerprint256: pairs.slice(1).join(":") }],
  ["a SHA-1 print", { fingerprint256: pairs.slice(0, 20).join(":") }],
  ["a list with a print that is none", { fingerprint256: [pairs.join(":"), "AA"] }],
  ["an empty list of prints", { fingerprint256: [] }],
  ["two ways at once", { ca: "x", insecure: true }],
  ["no way at all", {}],
  ["insecure: false", { insecure: false }],
  ["a store that cannot remember", { trustOnFirstUse: { get: () => undefined } }],
  ["a certificate without its key", { cert: "x" }],
  ["a key beside a pin, without its certificate", { fingerprint256: pairs.join(":"), key: "x" }],
  ["a slip of the pen", { fingerprint: pairs.join(":") }],
])("%s is refused", (_, tls) => {
  expect(() => readTlsOptions(tls as TlsOptions)).toThrow(expect.objectContaining({ code: "PVE_CONFIG" }));
});

test("options are taken apart by purpose", () => {
  const print = pairs.join(":");
  const store = new Map<string, string>();
  const identity = { cert: "C", key: "K", passphrase: "P" };
  expect(readTlsOptions(undefined)).toEqual({ trust: { kind: "system" }, identity: undefined });
  expect(readTlsOptions({ fingerprint256: [print, print.toLowerCase()] }).trust).toEqual({
    kind: "pins",
    fingerprints: [print, print],
  });
  expect(readTlsOptions({ ca: "A", ...identity })).toEqual({ trust: { kind: "ca", ca: ["A"] }, identity });
  expect(readTlsOptions({ trustOnFirstUse: { get: (host) => store.get(host), set: () => undefined } }).trust.kind).toBe(
    "first-use",
  );
  expect(readTlsOptions(identity)).toEqual({ trust: { kind: "system" }, identity });
});
