import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { hashToken, makeToken } from "../src/http/bearer-token.js";
import type { LoadCluster, LoadPerson } from "./http-load-cluster.js";
import { type HttpSpeaker, speakHttp } from "./http-session.js";
import { startHttpProcess } from "./spawned.js";

/** What a load came to. */
export interface LoadFigures {
  readonly calls: number;
  readonly seconds: number;
  /** Calls that failed or were refused. */
  readonly errors: readonly string[];
  /** Callers who were told of anybody but themselves. */
  readonly crossed: readonly string[];
  /** Milliseconds. */
  readonly median: number;
  readonly p99: number;
  /** Bytes of the server's process: idle, and at the most while it was busy. */
  readonly rssBefore: number;
  readonly rssMost: number;
  /** Seconds of processor time that each of the three processes took while calls were made. */
  readonly cpu: Readonly<Record<"server" | "cluster" | "callers", number>>;
}

interface LoadCaller extends LoadPerson {
  readonly token: string;
}

/**
 * Calls as many people at once: each with a bearer token and a PVE token of their own, each asking again as soon as the
 * last answer came. What they ask for, the pools they may see, is a pool that nobody else may see; so an answer that was meant
 * for somebody else shows.
 * Server, simulator and clients are a process each.
 */
export async function loadHttp(callers: number, seconds: number): Promise<LoadFigures> {
  const folder = mkdtempSync(path.join(tmpdir(), "pve-load-"));
  const simulator = fork(fileURLToPath(new URL("http-load-cluster.ts", import.meta.url)), {
    execArgv: ["--conditions=@pve/source", "--import", "tsx"],
  });
  const cluster: LoadCluster = await ask(simulator, callers);
  const people = cluster.people.map((person) => ({ ...person, token: makeToken() }));
  const admin = makeToken();
  const server = await startHttpProcess(writeConfig(folder, cluster, people, admin));
  const look = async (): Promise<Look> => {
    const { rss, cpu } = await readMetrics(server.url, admin);
    const spent: NodeJS.CpuUsage = await ask(simulator, "cpu");
    return { rss, cpu: { server: cpu, cluster: secondsOf(spent), callers: secondsOf(process.cpuUsage()) } };
  };
  const memory = async (): Promise<number> => (await readMetrics(server.url, admin)).rss;
  try {
    return await measure(server.url, people, { look, memory }, seconds);
  } finally {
    server.child.kill();
    simulator.disconnect();
    await server.ended;
    rmSync(folder, { recursive: true });
  }
}

/** What can be seen of the processes at a moment. */
interface Look extends Pick<LoadFigures, "cpu"> {
  readonly rss: number;
}

async function measure(
  url: string,
  people: readonly LoadCaller[],
  { look, memory }: { readonly look: () => Promise<Look>; readonly memory: () => Promise<number> },
  seconds: number,
): Promise<LoadFigures> {
  const told: Told = { errors: [], crossed: [], taken: [] };
  const speakers = await Promise.all(people.map(({ token }) => speakHttp(url, token)));
  const before = await look();
  const begun = performance.now();
  const ends = begun + seconds * 1000;
  let rssMost = before.rss;
  const watching = setInterval(() => {
    void memory().then((rss) => {
      rssMost = Math.max(rssMost, rss);
    });
  }, 500);
  await Promise.all(people.map((person, at) => keepAsking(speakers[at], person, ends, told)));
  clearInterval(watching);
  const spent = (performance.now() - begun) / 1000;
  const { cpu } = await look();
  await Promise.all(speakers.map((speaker) => speaker[Symbol.asyncDispose]()));
  const { errors, crossed, taken } = told;
  taken.sort((one, other) => one - other);
  const at = (share: number): number => taken[Math.floor(taken.length * share)] ?? Number.NaN;
  return {
    calls: taken.length,
    seconds: spent,
    errors,
    crossed,
    median: at(0.5),
    p99: at(0.99),
    rssBefore: before.rss,
    rssMost,
    cpu: {
      server: cpu.server - before.cpu.server,
      cluster: cpu.cluster - before.cpu.cluster,
      callers: cpu.callers - before.cpu.callers,
    },
  };
}

/** What the callers have to tell. */
interface Told {
  readonly errors: string[];
  readonly crossed: string[];
  /** Milliseconds of each call. */
  readonly taken: number[];
}

async function keepAsking(
  speaker: HttpSpeaker | undefined,
  { id, pool }: LoadCaller,
  ends: number,
  { errors, crossed, taken }: Told,
): Promise<void> {
  while (speaker !== undefined && performance.now() < ends) {
    const asked = performance.now();
    const { isError, text } = await speaker.callTool("list_pools").catch((error) => ({
      isError: true,
      text: String(error),
    }));
    taken.push(performance.now() - asked);
    if (isError) errors.push(`${id}: ${text}`);
    else if (!sees(text, pool)) crossed.push(`${id}: ${text}`);
  }
}

/** Whether the text tells of this pool and of no other. */
function sees(text: string, pool: string): boolean {
  return [...new Set(text.match(/\bpool-\d+\b/g))].join() === pool;
}

async function readMetrics(url: string, token: string): Promise<{ readonly rss: number; readonly cpu: number }> {
  const answer = await fetch(new URL("/metrics", url), { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  return {
    rss: Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]),
    cpu: Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]),
  };
}

/** One question at a time: answers of a process carry no number. */
async function ask<Answer>(child: ChildProcess, question: number | "cpu"): Promise<Answer> {
  const answered = once(child, "message");
  const gone = once(child, "exit").then(([code]) => {
    throw new Error(`the simulator's process ended with ${code}`);
  });
  child.send(question);
  const [answer] = await Promise.race([answered, gone]);
  return answer;
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

function writeConfig(
  folder: string,
  { url, token, fingerprint }: LoadCluster,
  people: readonly LoadCaller[],
  admin: string,
): string {
  const callers = people.map(({ id, token: own, pveToken }) => {
    writeFileSync(path.join(folder, id), pveToken);
    return { id, token: hashToken(own), pve_tokens: { lab: id } };
  });
  const target = { name: "lab", url, token, fingerprint };
  const http = { callers: [...callers, { id: "admin", token: hashToken(admin) }], requests_per_minute: 1_000_000 };
  const file = path.join(folder, "pve-mcp.yaml");
  writeFileSync(file, JSON.stringify({ targets: [target], http }));
  return file;
}
