import { PveConfigError } from "./errors.js";

/** Where `trustOnFirstUse` remembers whom it met; `fileTrustStore` keeps it in a file. */
export interface TrustStore {
  /** The print that was seen first, or nothing. `host` is host and port, `pve1.example:8006`. */
  get(host: string): Promise<string | undefined> | string | undefined;
  /** Called once per host, before the first byte of a request is sent there. */
  set(host: string, fingerprint256: string): Promise<void> | void;
}

/** Whom to believe on the other end. */
export type TlsTrust =
  /** SHA-256 prints of the nodes' own certificates, as `pvenode cert info` and the web interface show them. */
  | { readonly fingerprint256: string | readonly string[] }
  /** Authorities in PEM form, e.g. `/etc/pve/pve-root-ca.pem`; host names are checked as well. */
  | { readonly ca: string | readonly string[] }
  /** Believes the certificate that a host shows first, and no other ever after. */
  | { readonly trustOnFirstUse: TrustStore }
  /** Believes anybody; warns once. */
  | { readonly insecure: true };

/** Who we are, for a proxy in front of PVE that asks for a certificate. PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string | undefined;
}

/** How TLS is done. Without a way to trust, the certificate must be signed by an authority the system trusts. */
export type TlsOptions = (TlsTrust & Partial<ClientCertificate>) | ClientCertificate;

/** TLS options that were checked, taken apart by purpose. */
export interface TlsSetup {
  readonly trust:
    | { readonly kind: "system" }
    | { readonly kind: "pins"; readonly fingerprints: readonly string[] }
    | { readonly kind: "ca"; readonly ca: readonly string[] }
    | { readonly kind: "first-use"; readonly store: TrustStore }
    | { readonly kind: "insecure" };
  readonly identity: ClientCertificate | undefined;
}

const WAYS = ["fingerprint256", "ca", "trustOnFirstUse", "insecure"] as const;

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

/**
 * Checks TLS options before anything is done with them.
 * @throws PveConfigError when they cannot be right
 */
export function readTlsOptions(tls: TlsOptions | undefined): TlsSetup {
  const given: Readonly<Record<string, unknown>> = { ...tls };
  const known: readonly string[] = [...WAYS, "cert", "key", "passphrase"];
  const stranger = Object.keys(given).find((key) => !known.includes(key));
  if (stranger !== undefined) throw new PveConfigError(`tls.${stranger} is not known; tls takes ${known.join(", ")}`);
  const identity = readIdentity(given);
  const ways = WAYS.filter((key) => given[key] !== undefined);
  if (ways.length > 1 || (tls !== undefined && ways.length === 0 && identity === undefined)) {
    throw new PveConfigError("tls takes exactly one of fingerprint256, ca, trustOnFirstUse and insecure: true");
  }
  return { trust: readTrust(given), identity };
}

function readTrust(given: Readonly<Record<string, unknown>>): TlsSetup["trust"] {
  const { fingerprint256, ca, trustOnFirstUse, insecure } = given;
  if (fingerprint256 !== undefined) {
    const fingerprints = textsOf(fingerprint256, "fingerprint256").map(readFingerprint);
    return { kind: "pins", fingerprints };
  }
  if (ca !== undefined) return { kind: "ca", ca: textsOf(ca, "ca") };
  if (trustOnFirstUse !== undefined) {
    if (!isStore(trustOnFirstUse)) {
      throw new PveConfigError("tls.trustOnFirstUse needs a store with get(host) and set(host, fingerprint)");
    }
    return { kind: "first-use", store: trustOnFirstUse };
  }
  if (insecure === undefined) return { kind: "system" };
  if (insecure !== true) {
    throw new PveConfigError("tls.insecure can only be true; leave tls out to have certificates checked");
  }
  return { kind: "insecure" };
}

function readIdentity({ cert, key, passphrase }: Readonly<Record<string, unknown>>): ClientCertificate | undefined {
  if (cert === undefined && key === undefined && passphrase === undefined) return undefined;
  if (typeof cert !== "string" || typeof key !== "string") {
    throw new PveConfigError("tls.cert and tls.key belong together, both as PEM text");
  }
  return { cert, key, ...(typeof passphrase === "string" ? { passphrase } : {}) };
}

function textsOf(value: unknown, name: string): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (texts.length > 0 && texts.every((text) => typeof text === "string" && text !== "")) return texts as string[];
  throw new PveConfigError(`tls.${name} must be a text or a list of texts, not empty`);
}

function isStore(value: unknown): value is TrustStore {
  if (typeof value !== "object" || value === null) return false;
  return "get" in value && typeof value.get === "function" && "set" in value && typeof value.set === "function";
}
