import http from "node:http";
import https from "node:https";
import type { TLSSocket } from "node:tls";
import { SpecFault } from "../fault.js";

/** Where a node serves its API tree. */
const APIDOC_PATH = "/pve-docs/api-viewer/apidoc.js";

/**
 * Downloads an API tree. `https://<node>:8006` alone stands for the tree of that node. A self-signed certificate is accepted
 * only with its SHA-256 fingerprint, which is compared before the request is sent.
 */
export function downloadApidoc(source: string, fingerprint: string | undefined): Promise<string> {
  const url = new URL(source);
  if (url.pathname === "/") url.pathname = APIDOC_PATH;
  return new Promise((resolve, reject) => {
    const fail = (problem: string) => reject(new SpecFault(url.href, problem));
    const secure = url.protocol === "https:";
    const request = (secure ? https : http).get(
      url,
      { timeout: 30_000, ...(secure && pinned(fingerprint)) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", (error) => fail(error.message));
        response.on("end", () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString("utf8"));
          else fail(`the server answered ${response.statusCode} ${response.statusMessage}; is this a Proxmox VE node?`);
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer within 30 s")));
    request.on("error", (error: NodeJS.ErrnoException) => fail(explain(error)));
  });
}

function explain(error: NodeJS.ErrnoException): string {
  if (
    error.code === "DEPTH_ZERO_SELF_SIGNED_CERT" ||
    error.code === "SELF_SIGNED_CERT_IN_CHAIN" ||
    error.code === "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
  ) {
    return "the certificate is not signed by a known authority: pass --fingerprint with the print shown in the node's certificate panel";
  }
  return error.message;
}

/** Replaces the chain check by a comparison with the pinned print; the socket is destroyed before a byte of the request leaves. */
function pinned(fingerprint: string | undefined): https.RequestOptions {
  if (fingerprint === undefined) return {};
  const expected = fingerprint.toUpperCase();
  const agent = new https.Agent({ rejectUnauthorized: false });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options) as TLSSocket;
    socket.once("secureConnect", () => {
      const seen = socket.getPeerCertificate().fingerprint256;
      if (seen === expected) callback?.(null, socket);
      else callback?.(new Error(`the certificate's fingerprint is ${seen}, not the expected ${expected}`), socket);
    });
    socket.once("error", (error) => callback?.(error, socket));
    return undefined;
  };
  return { agent };
}
