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
  ["two ways at once", { ca: "x", insecure: true }],
  ["no way at all", {}],
  ["insecure: false", { insecure: false }],
])("%s is refused", (_, tls) => {
  expect(() => readTlsOptions(tls as TlsOptions)).toThrow(expect.objectContaining({ code: "PVE_CONFIG" }));
});
