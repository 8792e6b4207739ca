import { readBinOptions, usage } from "./bin-options.js";
import { seeds } from "./seeds/seeds.js";
import { createSimulator } from "./simulator.js";

function refuse(problem: unknown): void {
  const text = problem instanceof Error ? problem.message : String(problem);
  process.stderr.write(`pve-simulator: ${text}\n`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const options = readBinOptions(process.argv.slice(2));
  if (options === "help") {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const { seed, release, host, port, speed } = options;
  const simulator = createSimulator({ seed, release, clock: { speed } });
  const listener = await simulator.listen({ host, port });
  const { token, auditorToken, operatorToken, username, password } = simulator.credentials;
  const lines = [
    `${seeds[seed].story}`,
    "",
    `  url          ${listener.url}`,
    `  fingerprint  ${listener.fingerprint256}`,
    `  root         ${token}`,
    `  auditor      ${auditorToken}`,
    `  operator     ${operatorToken}`,
    `  login        ${username} / ${password}`,
    "",
    `Time runs ${speed === 1 ? "at its own pace" : `${speed} times as fast`}. Everything is forgotten on exit (Ctrl-C).`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  const stop = (): void => {
    void simulator.close();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

run().catch(refuse);
