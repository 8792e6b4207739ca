import { isIP } from "node:net";
import { connect, type PeerCertificate } from "node:tls";
import { asConnectionError } from "./connection.js";
import { PveConnectionError } from "./errors.js";

/** What a host shows of itself before anything is sent. */
export interface ShownCertificate {
  /** As `tls.fingerprint256` takes it. */
  readonly fingerprint256: string;
  /** `CN=pve1.example, O=Proxmox Virtual Environment` */
  readonly subject: string;
  readonly issuer: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** Whether an authority that the system trusts has signed it for this host. */
  readonly trusted: boolean;
}

/**
 * Looks at the certificate of a host, whoever signed it, and hangs up.
 * @throws PveConnectionError
 */
export function readCertificate(host: string, port: number, timeout: number): Promise<ShownCertificate> {
  const target = { operation: "fingerprint", host: `${host}:${port}` };
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // Nothing is sent; who it is is for the reader of the print to judge.
      rejectUnauthorized: false,
    });
    const end = (error: Error) => {
      socket.destroy();
      reject(asConnectionError(error, target));
    };
    socket.setTimeout(timeout, () => end(new PveConnectionError("", { kind: "timeout", sent: "no" })));
    socket.once("error", end);
    socket.once("secureConnect", () => {
      const shown = socket.getPeerCertificate();
      const trusted = socket.authorized;
      socket.destroy();
      resolve(describeCertificate(shown, trusted));
    });
  });
}

function describeCertificate(shown: PeerCertificate, trusted: boolean): ShownCertificate {
  return {
    fingerprint256: shown.fingerprint256,
    subject: printName(shown.subject),
    issuer: printName(shown.issuer),
    validFrom: new Date(shown.valid_from),
    validTo: new Date(shown.valid_to),
    trusted,
  };
}

function printName(name: object): string {
  const parts = Object.entries(name).map(([key, value]) => `${key}=${[value].flat().join("+")}`);
  return parts.join(", ");
}
