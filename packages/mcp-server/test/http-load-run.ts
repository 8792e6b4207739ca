import { availableParallelism } from "node:os";
import { loadHttp } from "./http-load.js";

// Run by hand: npm run load [callers] [seconds]. One printed line a figure.
const [callers = 200, seconds = 60] = process.argv.slice(2).map(Number);
const figures = await loadHttp(callers, seconds);
const say = (line: string) => process.stdout.write(`${line}\n`);
const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
say(
  `${callers} callers at once for ${figures.seconds.toFixed(0)} s, each with a bearer token and a PVE token of their own`,
);
say(`calls: ${figures.calls} (${(figures.calls / figures.seconds).toFixed(0)}/s)`);
say(`errors: ${figures.errors.length}; answers meant for somebody else: ${figures.crossed.length}`);
say(`latency: median ${figures.median.toFixed(0)} ms, 99 % within ${figures.p99.toFixed(0)} ms`);
const { server, cluster, callers: clients } = figures.cpu;
const share = (cpu: number): string => `${((100 * cpu) / figures.seconds).toFixed(0)} %`;
say(
  `processor: server ${share(server)} of a core (${((1000 * server) / figures.calls).toFixed(1)} ms a call), ` +
    `simulator ${share(cluster)}, callers ${share(clients)}; ${availableParallelism()} cores`,
);
say(`memory of the server: ${mib(figures.rssBefore)} before, at most ${mib(figures.rssMost)}`);
if (figures.errors.length + figures.crossed.length > 0) process.exitCode = 1;
