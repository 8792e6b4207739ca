import { createPrivateKey, X509Certificate } from "node:crypto";
import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { certificatesOf } from "../world-certificates.js";
import { acmeCertificateHandlers } from "./certificates-acme.js";
import { flag, need, nodeOf, text } from "./guest-call.js";

/** `CN=a\nO=b` in the form of OpenSSL's one-line output. */
function oneLine(name: string): string {
  return `/${name.split("\n").join("/")}`;
}

/** What PVE shows of a certificate. */
function describe(filename: string, pem: string): Record<string, unknown> {
  const certificate = new X509Certificate(pem);
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const isRsa = asymmetricKeyType === "rsa";
  const names = certificate.subjectAltName?.split(", ").map((name) => name.replace(/^[^:]*:/, "")) ?? [];
  return {
    filename,
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    notbefore: Date.parse(certificate.validFrom) / 1000,
    notafter: Date.parse(certificate.validTo) / 1000,
    fingerprint: certificate.fingerprint256,
    "public-key-type": isRsa ? "rsaEncryption" : "id-ecPublicKey",
    "public-key-bits": isRsa ? asymmetricKeyDetails?.modulusLength : 256,
    san: names,
    pem,
  };
}

const listCertificates: Handler = async (call) => {
  const { authority, own, custom } = certificatesOf(call.world, nodeOf(call));
  return [
    describe("pve-root-ca.pem", (await authority).certificate),
    describe("pve-ssl.pem", (await own).certificate),
    ...(custom === undefined ? [] : [describe("pveproxy-ssl.pem", custom.certificate)]),
  ];
};

/** What is in front of the first PEM block is a remark. */
function pemOnly(value: string): string {
  const start = value.indexOf("-----BEGIN");
  return start < 0 ? value : value.slice(start);
}

function assertPair(certificate: string, key: string): void {
  try {
    const isPair = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
    if (isPair) {
      return;
    }
  } catch {
    die("Setting certificate files failed - could not load certificate (chain)");
  }
  die("Setting certificate files failed - key does not match the certificate (chain)");
}

const upload: Handler = (call) => {
  const state = certificatesOf(call.world, nodeOf(call));
  const certificate = pemOnly(need(call, "certificates"));
  const key = text(call, "key");
  const known = state.custom;
  if (key === undefined && known === undefined) {
    return invalid({ key: "Attempted to upload custom certificate without (existing) key." });
  }
  if (known !== undefined && !flag(call, "force")) {
    die("Custom certificate file exists but force flag is not set.");
  }
  const files = { certificate, key: key === undefined ? (known?.key ?? "") : pemOnly(key) };
  assertPair(files.certificate, files.key);
  state.custom = files;
  return describe("pveproxy-ssl.pem", certificate);
};

function removeCustom(call: Call): void {
  delete certificatesOf(call.world, nodeOf(call)).custom;
}

/** The certificates of a node. */
export const certificatesHandlers: Handlers = {
  "GET /nodes/{node}/certificates": () => ["acme", "custom", "info"].map((name) => ({ name })),
  "GET /nodes/{node}/certificates/info": listCertificates,
  "POST /nodes/{node}/certificates/custom": upload,
  "DELETE /nodes/{node}/certificates/custom": removeCustom,
  ...acmeCertificateHandlers,
};
