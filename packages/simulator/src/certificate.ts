import { X509Certificate } from "node:crypto";
import { generate } from "selfsigned";

/** A self-signed certificate for this machine. */
export interface Certificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** SHA-256 as Proxmox VE prints it: upper-case hex pairs joined by colons. */
  readonly fingerprint256: string;
}

/** Makes a certificate for `localhost`, the loopback addresses and the given host. */
export async function createCertificate(host: string): Promise<Certificate> {
  const isName = !/^[\d.]+$|:/.test(host);
  const names = new Set(["localhost", ...(isName ? [host] : [])]);
  const addresses = new Set(["127.0.0.1", "::1", ...(isName || host === "0.0.0.0" || host === "::" ? [] : [host])]);
  const pems = await generate([{ name: "commonName", value: "pve-simulator" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...[...names].map((value) => ({ type: 2 as const, value })),
          ...[...addresses].map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  const { fingerprint256 } = new X509Certificate(pems.cert);
  return { certificate: pems.cert, key: pems.private, fingerprint256 };
}
