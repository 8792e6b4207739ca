import { PveConfigError } from "./errors.js";

/** Whom to believe on the other end. Without it the certificate must be signed by an authority the system trusts. */
export type TlsOptions =
  /** The SHA-256 print of the node's own certificate, as `pvenode cert info` and the web interface show it. */
  | { readonly fingerprint256: string }
  /** Authorities in PEM form, e.g. `/etc/pve/pve-root-ca.pem`; host names are checked as well. */
  | { readonly ca: string | readonly string[] }
  /** Believes anybody; warns once. */
  | { readonly insecure: true };

/**
 * Brings a fingerprint into the form Node prints: upper case, in pairs, with colons.
 * @throws PveConfigError when it is no SHA-256 print
 */
export function readFingerprint(text: string): string {
  const digits = text.replace(/[:\s]/g, "").toUpperCase();
  if (!/^[0-9A-F]{64}$/.test(digits)) {
    throw new PveConfigError(
      "tls.fingerprint256 must be a SHA-256 print: 32 pairs of hex digits, with or without colons",
    );
  }
  return digits.replace(/(..)(?=.)/g, "$1:");
}

/** Checks TLS options before anything is done with them. */
export function readTlsOptions(tls: TlsOptions | undefined): TlsOptions | undefined {
  if (tls === undefined) return undefined;
  const ways = ["fingerprint256", "ca", "insecure"].filter((key) => key in tls);
  if (ways.length !== 1) throw new PveConfigError("tls takes exactly one of fingerprint256, ca and insecure: true");
  if ("fingerprint256" in tls) return { fingerprint256: readFingerprint(tls.fingerprint256) };
  if ("insecure" in tls && tls.insecure !== true) {
    throw new PveConfigError("tls.insecure can only be true; leave tls out to have certificates checked");
  }
  return tls;
}
