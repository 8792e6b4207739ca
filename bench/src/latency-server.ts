import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { certificate } from "./certificate.js";

// A process of its own, so that only the client's work is on the event loop that is measured.
const body = '{"data":{"version":"9.2.1","release":"9.2","repoid":"0123456789abcdef"}}';
const headers = {
  "content-type": "application/json;charset=UTF-8",
  "content-length": Buffer.byteLength(body),
  "cache-control": "max-age=0",
  pragma: "no-cache",
  server: "pve-api-daemon/3.0",
};
const server = createServer(certificate, (_, response) => {
  response.writeHead(200, "OK", headers).end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.once("disconnect", () => process.exit(0));
