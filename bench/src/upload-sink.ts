import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { certificate } from "./certificate.js";

// A process of its own, so that its memory and its work are not counted as the client's.
const server = createServer(certificate, (request, response) => {
  let arrived = 0;
  request.on("data", (piece: Buffer) => {
    arrived += piece.length;
  });
  request.on("end", () => {
    const isWhole = arrived === Number(request.headers["content-length"]);
    const data = "UPID:pve1:0000C530:001C9C38:64B7E1D0:imgcopy::root@pam!bench:";
    response.writeHead(isWhole ? 200 : 500, { "content-type": "application/json" });
    response.end(JSON.stringify({ data }));
  });
});
server.listen(0, "127.0.0.1", () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.once("disconnect", () => process.exit());
