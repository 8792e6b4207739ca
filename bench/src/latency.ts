import { fork } from "node:child_process";
import path from "node:path";
import { type Contestant, contestants } from "./contestants.js";

const ROUNDS = 20;
const AT_ONCE = 8;

/**
 * Measures the built package, as people install it, in a process of its own that does not ask for its source.
 */
export async function benchLatency(calls = 10_000): Promise<void> {
  const execArgv = process.execArgv.filter((argument) => !argument.startsWith("--conditions"));
  const child = fork(path.join(import.meta.dirname, "latency-run.ts"), [String(calls)], { execArgv });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`the measurement of latency ended with ${String(code)}`);
}

/**
 * Small GETs over keep-alive TLS against a local `node:https` server in a process of its own. Contestants take turns in
 * rounds, so that whatever else the machine does meets all of them.
 */
export async function measureLatency(print: (line: string) => void, calls: number): Promise<void> {
  const server = fork(path.join(import.meta.dirname, "latency-server.ts"), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const port = await new Promise<number>((resolve) => server.once("message", (message) => resolve(Number(message))));
  const all = await contestants(port);
  try {
    const perRound = Math.ceil(calls / ROUNDS);
    for (const contestant of all) await prepare(contestant);
    const times = new Map<Contestant, number[]>(all.map((contestant) => [contestant, []]));
    const rates = new Map<Contestant, number[]>(all.map((contestant) => [contestant, []]));
    const work = new Map<Contestant, number[]>(all.map((contestant) => [contestant, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let turn = 0; turn < all.length; turn += 1) {
        const contestant = all[(turn + round) % all.length];
        if (contestant === undefined) continue;
        const before = process.cpuUsage();
        await sequentially(contestant, perRound, times.get(contestant) ?? []);
        const { user, system } = process.cpuUsage(before);
        work.get(contestant)?.push((user + system) / perRound);
        rates.get(contestant)?.push(await together(contestant, perRound));
      }
    }
    report(print, all, { times, rates, work });
  } finally {
    for (const { close } of all) close?.();
    server.disconnect();
  }
}

/** Warms it up, and makes sure that it does what it is measured for. */
async function prepare({ name, once }: Contestant): Promise<void> {
  for (let call = 0; call < 500; call += 1) {
    const version = await once();
    if (version !== "9.2.1") throw new Error(`${name} read ${String(version)}`);
  }
}

async function sequentially({ once }: Contestant, calls: number, times: number[]): Promise<void> {
  for (let call = 0; call < calls; call += 1) {
    const start = process.hrtime.bigint();
    await once();
    times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
}

/** Calls per second with several on their way at once. */
async function together({ once }: Contestant, calls: number): Promise<number> {
  let left = calls;
  const start = performance.now();
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await once();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return calls / ((performance.now() - start) / 1000);
}

/** By contestant: microseconds of every call, calls per second of every round, and processor time per call of every round. */
interface Samples {
  readonly times: ReadonlyMap<Contestant, readonly number[]>;
  readonly rates: ReadonlyMap<Contestant, readonly number[]>;
  readonly work: ReadonlyMap<Contestant, readonly number[]>;
}

function report(print: (line: string) => void, all: readonly Contestant[], { times, rates, work }: Samples): void {
  const rows = all.map((contestant) => {
    const sorted = (times.get(contestant) ?? []).toSorted((a, b) => a - b);
    return { contestant, sorted, rate: median(rates.get(contestant)), cpu: median(work.get(contestant)) };
  });
  const floor = middle(rows[0]?.sorted ?? []);
  const count = rows[0]?.sorted.length ?? 0;
  print(
    `${count} small GETs each, keep-alive TLS    median      p95   of the floor   processor   with ${AT_ONCE} at once`,
  );
  for (const { contestant, sorted, rate, cpu } of rows) {
    const cells = [
      `${middle(sorted).toFixed(0)} µs`.padStart(9),
      `${(sorted[Math.floor(sorted.length * 0.95)] ?? 0).toFixed(0)} µs`.padStart(8),
      `${(middle(sorted) / floor).toFixed(2)} ×`.padStart(14),
      `${cpu.toFixed(0)} µs`.padStart(11),
      `${rate.toFixed(0)} /s`.padStart(16),
    ];
    print(`  ${contestant.name.padEnd(33)} ${cells.join(" ")}`);
  }
}

function median(samples: readonly number[] = []): number {
  return middle(samples.toSorted((a, b) => a - b));
}

function middle(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
