import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { createCertificate } from "./certificate.js";
import { type Answer, converse } from "./listen-connection.js";
import { redirectToTls } from "./listen-redirect.js";

/** Where to listen; the default is a free port of 127.0.0.1. */
export interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
  /** After how many milliseconds an idle connection is closed; PVE's own 5000 unless said otherwise. */
  readonly idleTimeout?: number;
}

/** A simulator that can be reached over HTTPS. */
export interface Listener {
  /** `https://127.0.0.1:34567`. */
  readonly url: string;
  /** SHA-256 of the certificate, as Proxmox VE prints it. */
  readonly fingerprint256: string;
  /** The self-signed certificate as PEM: hand it to a client as its CA. */
  readonly certificate: string;
  close(): Promise<void>;
}

/** The first byte of a TLS handshake; anything else is plain HTTP. */
const tlsHandshake = 0x16;

/** Opens the HTTPS door; every request is answered by `answer`. Plain HTTP on the same port is sent to HTTPS. */
export async function listen(
  answer: Answer,
  { host = "127.0.0.1", port = 0, idleTimeout = 5000 }: ListenOptions = {},
): Promise<Listener> {
  const { certificate, key, fingerprint256 } = await createCertificate(host);
  const secureContext = createSecureContext({ cert: certificate, key });
  const open = new Set<Socket>();
  const server = createServer({ pauseOnConnect: false }, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.setNoDelay(true);
    const reset = (): void => {
      socket.resetAndDestroy();
    };
    const abandon = (): void => {
      socket.destroy();
    };
    socket.setTimeout(idleTimeout, abandon);
    socket.once("data", (first: Buffer) => {
      // Whoever takes over sets a timeout of its own.
      socket.setTimeout(0);
      socket.off("timeout", abandon);
      socket.pause();
      socket.unshift(first);
      const isSecure = first[0] === tlsHandshake;
      const speaker = isSecure ? new TLSSocket(socket, { isServer: true, secureContext }) : socket;
      converse(speaker, { answer: isSecure ? answer : redirectToTls, reset, idleTimeout }).catch(abandon);
    });
  });
  await bind(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  const shown = host.includes(":") ? `[${host}]` : host;
  return {
    url: `https://${shown}:${bound}`,
    fingerprint256,
    certificate,
    close: () => closeServer(server, open),
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function closeServer(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of open) {
      socket.destroy();
    }
  });
}
