import { asResponse, PveConnectionError, PveError } from "@pve/client";
import type { TlsTrust } from "../target-config.js";
import type { Check, Finding } from "./finding.js";

const OLDEST = 8.4;
const NEWEST = 9.2;
const CLOCK_SLACK = 60_000;
const DAY = 86_400_000;
const SOON = 30 * DAY;

/** Whether a node answers at all, which release it has, and whether its clock agrees with this machine's. */
export const connection: Check = async ({ target, client, now }) => {
  const begun = now();
  try {
    const response = await asResponse(client.call("GET /version", {}, { retries: 0 }));
    const took = now() - begun;
    if (response.status === 401) return [unknownToken()];
    const { version } = await client.call("GET /version");
    return [
      { check: "connection", state: "ok", text: `PVE ${version} answers at ${target.baseUrl} in ${took} ms` },
      releaseFinding(version),
      clockFinding(response.headers.get("date"), now()),
    ];
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    return [{ check: "connection", state: "failed", text: error.message, ...remedyFor(error) }];
  }
};

function unknownToken(): Finding {
  return {
    check: "token",
    state: "failed",
    text: "the cluster does not know the token, or it has expired or is disabled",
    remedy: 'Look at it with "pveum user token list <user>", make another, and set it.',
  };
}

function remedyFor(error: PveError): { remedy?: string } {
  if (!(error instanceof PveConnectionError)) return {};
  if (error.kind === "tls") return { remedy: 'Set the fingerprint that "pvenode cert info" shows on the node.' };
  if (error.kind === "tls-pin") {
    return { remedy: "Find out whether the certificate was renewed; if not, another machine answers there." };
  }
  return { remedy: "Check the address and port, and that the node is up." };
}

function releaseFinding(version: string): Finding {
  const release = Number.parseFloat(version);
  const supported = `${OLDEST} to ${NEWEST}`;
  if (release >= OLDEST && release <= NEWEST) {
    return { check: "release", state: "ok", text: `${version} is one of the supported releases (${supported})` };
  }
  const text = `${version} is none of the supported releases (${supported}): some operations may differ`;
  return { check: "release", state: "warning", text };
}

function clockFinding(date: string | null, now: number): Finding {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) return { check: "clock", state: "unknown", text: "the node does not say what time it is" };
  const apart = Math.round((theirs - now) / 1000);
  if (Math.abs(apart) * 1000 <= CLOCK_SLACK) {
    return { check: "clock", state: "ok", text: "the node's clock agrees with this machine's" };
  }
  return {
    check: "clock",
    state: "warning",
    text: `the node's clock is ${Math.abs(apart)} s ${apart > 0 ? "ahead of" : "behind"} this machine's`,
    remedy: "Have both follow a time server: tickets and one-time codes depend on it.",
  };
}

/** How the certificate is judged, and how long it is good for. */
export const certificate: Check = async ({ target: { baseUrl, tls }, now }) => {
  const { readCertificate } = await import("@pve/client/node");
  const how: Finding =
    tls !== undefined && "insecure" in tls
      ? {
          check: "tls",
          state: "warning",
          text: "any certificate is accepted, so anyone on the way can read the token",
          remedy: "Set the fingerprint instead.",
        }
      : { check: "tls", state: "ok", text: trustText(tls) };
  try {
    const { hostname, port } = new URL(baseUrl);
    const { validTo } = await readCertificate(hostname.replace(/^\[(.*)\]$/, "$1"), Number(port || 443), 10_000);
    return [how, ...validityFindings(validTo.getTime() - now(), validTo)];
  } catch (error) {
    if (!(error instanceof PveConnectionError)) throw error;
    return [how];
  }
};

function trustText(tls: TlsTrust | undefined): string {
  if (tls === undefined) return "the certificate is checked against the authorities that Node trusts";
  return "ca" in tls ? "the certificate is checked against the configured authority" : "the certificate is pinned";
}

function validityFindings(left: number, validTo: Date): readonly Finding[] {
  if (left > SOON) return [];
  const day = validTo.toISOString().slice(0, 10);
  const remedy = 'Renew it ("pvecm updatecerts", or ACME); a pinned fingerprint has to be set anew then.';
  return left < 0
    ? [{ check: "tls", state: "failed", text: `the certificate expired on ${day}`, remedy }]
    : [{ check: "tls", state: "warning", text: `the certificate expires on ${day}`, remedy }];
}
