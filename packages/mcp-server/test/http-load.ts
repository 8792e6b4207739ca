import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Simulator } from "@pve/simulator";
import { hashToken, makeToken } from "../src/http/bearer-token.js";
import { speakHttp } from "./http-session.js";
import { startCluster, startHttpProcess } from "./spawned.js";

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
}

interface LoadCaller {
  readonly id: string;
  readonly pool: string;
  readonly token: string;
  readonly pveToken: string;
}

/**
 * Calls as many people at once: each with a bearer token and a PVE token of their own, each asking again as soon as the
 * last answer came. What they ask for, the pools they may see, is a pool that nobody else may see; so an answer that was meant
 * for somebody else shows.
 * Server, and clients with the simulator, are two processes.
 */
export async function loadHttp(callers: number, seconds: number): Promise<LoadFigures> {
  const folder = mkdtempSync(path.join(tmpdir(), "pve-load-"));
  await using cluster = await startCluster();
  const people = await Promise.all(Array.from({ length: callers }, (_, at) => makeCaller(cluster.pve, at)));
  const admin = makeToken();
  const server = await startHttpProcess(writeConfig(folder, cluster.env, people, admin));
  try {
    return await measure(server.url, people, admin, seconds);
  } finally {
    server.child.kill();
    await server.ended;
    rmSync(folder, { recursive: true });
  }
}

async function measure(
  url: string,
  people: readonly LoadCaller[],
  admin: string,
  seconds: number,
): Promise<LoadFigures> {
  const errors: string[] = [];
  const crossed: string[] = [];
  const taken: number[] = [];
  const speakers = await Promise.all(people.map(({ token }) => speakHttp(url, token)));
  const rssBefore = await residentMemory(url, admin);
  const begun = performance.now();
  const ends = begun + seconds * 1000;
  let rssMost = rssBefore;
  const watching = setInterval(() => {
    void residentMemory(url, admin).then((rss) => {
      rssMost = Math.max(rssMost, rss);
    });
  }, 500);
  await Promise.all(
    speakers.map(async ({ callTool }, at) => {
      const { id, pool } = people[at] ?? { id: "", pool: "" };
      while (performance.now() < ends) {
        const asked = performance.now();
        const { isError, text } = await callTool("list_pools").catch((error) => ({
          isError: true,
          text: String(error),
        }));
        taken.push(performance.now() - asked);
        if (isError) errors.push(`${id}: ${text}`);
        else if (!sees(text, pool)) crossed.push(`${id}: ${text}`);
      }
    }),
  );
  clearInterval(watching);
  const spent = (performance.now() - begun) / 1000;
  await Promise.all(speakers.map((speaker) => speaker[Symbol.asyncDispose]()));
  taken.sort((one, other) => one - other);
  const at = (share: number): number => taken[Math.floor(taken.length * share)] ?? Number.NaN;
  return { calls: taken.length, seconds: spent, errors, crossed, median: at(0.5), p99: at(0.99), rssBefore, rssMost };
}

/** Whether the text tells of this pool and of no other. */
function sees(text: string, pool: string): boolean {
  return [...new Set(text.match(/\bpool-\d+\b/g))].join() === pool;
}

async function residentMemory(url: string, token: string): Promise<number> {
  const answer = await fetch(new URL("/metrics", url), { headers: { authorization: `Bearer ${token}` } });
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(await answer.text())?.[1]);
}

async function makeCaller(pve: Simulator, at: number): Promise<LoadCaller> {
  const id = `caller-${at}`;
  const userid = `${id}@pve`;
  await asRoot(pve, "POST", "/access/users", { userid });
  const pool = `pool-${at}`;
  await asRoot(pve, "POST", "/pools", { poolid: pool });
  await asRoot(pve, "PUT", "/access/acl", { path: `/pool/${pool}`, roles: "PVEPoolUser", users: userid });
  const made = await asRoot(pve, "POST", `/access/users/${userid}/token/own`, { privsep: "0" });
  return { id, pool, token: makeToken(), pveToken: `${userid}!own=${made.value}` };
}

async function asRoot(
  pve: Simulator,
  method: "POST" | "PUT",
  route: string,
  form: Readonly<Record<string, string>>,
): Promise<{ value?: string }> {
  const answer = await pve.fetch(`/api2/json${route}`, {
    method,
    headers: {
      authorization: `PVEAPIToken=${pve.credentials.token}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams(form).toString(),
  });
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${answer.statusText}`);
  const { data } = (await answer.json()) as { data: { value?: string } | null };
  return data ?? {};
}

function writeConfig(
  folder: string,
  env: { readonly PVE_URL: string; readonly PVE_TOKEN: string; readonly PVE_FINGERPRINT: string },
  people: readonly LoadCaller[],
  admin: string,
): string {
  const callers = people.map(({ id, token, pveToken }) => {
    writeFileSync(path.join(folder, id), pveToken);
    return { id, token: hashToken(token), pve_tokens: { lab: id } };
  });
  const target = { name: "lab", url: env.PVE_URL, token: env.PVE_TOKEN, fingerprint: env.PVE_FINGERPRINT };
  const http = { callers: [...callers, { id: "admin", token: hashToken(admin) }], requests_per_minute: 1_000_000 };
  const file = path.join(folder, "pve-mcp.yaml");
  writeFileSync(file, JSON.stringify({ targets: [target], http }));
  return file;
}
