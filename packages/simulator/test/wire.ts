import { request } from "node:https";
import type { Simulator } from "../src/index.js";

/**
 * Sends one request over a real TLS connection, for what `fetch` would refuse to send, and returns the status line.
 * No content type is set.
 */
export async function answerWithBody(sim: Simulator, method: string, path: string, body: string): Promise<string> {
  const { url, certificate } = await sim.listen();
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `PVEAPIToken=${sim.credentials.token}`,
      "content-length": Buffer.byteLength(body),
    };
    const sent = request(new URL(path, url), { method, headers, ca: certificate, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(`${response.statusCode} ${response.statusMessage}`));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
