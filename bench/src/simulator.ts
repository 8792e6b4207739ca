import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createSimulator } from "@pve/simulator";

/** What the simulator is measured by. */
export interface SimulatorFigures {
  /** Milliseconds from nothing to a simulator of 10,000 guests that answers. */
  readonly startMs: number;
  /** Milliseconds of one `/cluster/resources` of that simulator, in process: the median of twenty. */
  readonly resourcesMs: number;
  /** Small GETs in a second over one keep-alive TLS connection. */
  readonly rate: number;
  /** The same of a bare Node HTTPS server that answers a constant. */
  readonly bareRate: number;
  /** Bytes of memory of this process with the large simulator in it. */
  readonly rss: number;
}

const warmUp = 1000;
const rounds = 20;
const perRound = 500;

/** Measures a large simulator, and side by side a small one against a bare Node server. */
export async function benchSimulator(print: (line: string) => void): Promise<SimulatorFigures> {
  const begun = performance.now();
  await using sim = createSimulator({ seed: "large" });
  const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
  await sim.fetch("/api2/json/version", { headers });
  const startMs = performance.now() - begun;
  const resourcesMs = await medianOf(20, async () => {
    const answer = await sim.fetch("/api2/json/cluster/resources", { headers });
    await answer.arrayBuffer();
  });
  const { rss } = process.memoryUsage();
  const { rate, bareRate } = await compareRates();
  const figures = { startMs, resourcesMs, rate, bareRate, rss };
  print(`large seed, start to first answer: ${startMs.toFixed(0)} ms`);
  print(`/cluster/resources with 10,000 guests: ${resourcesMs.toFixed(0)} ms (median of 20, in process)`);
  print(
    `small GET over keep-alive TLS: ${rate.toFixed(0)}/s; a bare Node HTTPS server: ${bareRate.toFixed(0)}/s (medians of ${rounds} rounds)`,
  );
  print(`memory: ${(rss / 1024 ** 2).toFixed(0)} MiB`);
  return figures;
}

async function medianOf(times: number, run: () => Promise<void>): Promise<number> {
  const taken: number[] = [];
  for (let count = 0; count < times; count += 1) {
    const begun = performance.now();
    await run();
    taken.push(performance.now() - begun);
  }
  return median(taken);
}

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

/** A client each, one request at a time, the same headers and the same body; turn and turn about. */
async function compareRates(): Promise<{ rate: number; bareRate: number }> {
  await using sim = createSimulator();
  const listener = await sim.listen();
  const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
  const answer = await (await sim.fetch("/api2/json/version", { headers })).text();
  const { cert, key } = certificate();
  const bare = createServer({ cert, key }, (_request, response) => {
    response.writeHead(200, { "content-type": "application/json;charset=UTF-8" });
    response.end(answer);
  });
  await new Promise<void>((resolve) => bare.listen(0, "127.0.0.1", resolve));
  const bareUrl = `https://127.0.0.1:${(bare.address() as AddressInfo).port}`;
  const ours = await open(`${listener.url}/api2/json/version`, headers);
  const theirs = await open(`${bareUrl}/api2/json/version`, headers);
  const rates: { rate: number; bareRate: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    rates.push({ rate: await ours.rate(), bareRate: await theirs.rate() });
  }
  ours.close();
  theirs.close();
  bare.closeAllConnections();
  bare.close();
  return {
    rate: median(rates.map(({ rate }) => rate)),
    bareRate: median(rates.map(({ bareRate }) => bareRate)),
  };
}

/** A key and a certificate of the kind that the simulator makes for itself. */
function certificate(): { cert: string; key: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "pve-bench-"));
  const [keyFile, certFile] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const files = ["-keyout", keyFile, "-out", certFile];
  execFileSync("openssl", ["req", "-x509", "-nodes", "-days", "1", "-subj", "/CN=localhost", ...curve, ...files], {
    stdio: "ignore",
  });
  const made = { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  rmSync(folder, { recursive: true });
  return made;
}

/** A client of one server, warmed up. */
async function open(url: string, headers: Record<string, string>): Promise<{ rate(): Promise<number>; close(): void }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  const send = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      await get(url, headers, agent);
    }
  };
  await send(warmUp);
  return {
    rate: async () => {
      const begun = performance.now();
      await send(perRound);
      return perRound / ((performance.now() - begun) / 1000);
    },
    close: () => agent.destroy(),
  };
}

function get(url: string, headers: Record<string, string>, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent }, (response) => {
      response.resume();
      response.on("end", resolve);
    });
    sent.on("error", reject);
    sent.end();
  });
}
