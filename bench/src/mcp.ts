import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createSimulator } from "@pve/simulator";
import { build } from "esbuild";
import { type McpContestant, type McpSession, startSession } from "./mcp-session.js";

/** What a server is measured by; milliseconds and bytes, medians but for the least start. */
export interface McpFigures {
  readonly leastStart: number;
  readonly start: number;
  readonly processor: number;
  readonly memory: number;
  readonly list: number;
  readonly listBytes: number;
  readonly call: number;
}

const STARTS = 21;
const LISTS = 20;
const CALLS = 100;
const root = path.resolve(import.meta.dirname, "../..");

/**
 * Measures the bundled server against a bare loop, the SDK by itself, and peers where their starting points are handed in:
 * each started anew in turn, before the same simulated cluster. A peer is `name=file#tool`, the file what Node starts and the
 * tool one that lists the nodes.
 */
export async function benchMcp(
  print: (line: string) => void,
  peers: readonly string[] = [],
): Promise<Readonly<Record<string, McpFigures>>> {
  const folder = mkdtempSync(path.join(tmpdir(), "pve-bench-"));
  try {
    return await compare(print, peers, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The SDK alone, in one file as ours is, so that what is its own can be told from what is ours. */
async function bundleSdk(folder: string): Promise<string> {
  const outfile = path.join(folder, "sdk.cjs");
  const entryPoints = [path.join(root, "bench/src/mcp-sdk.mjs")];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
  });
  return outfile;
}

async function compare(
  print: (line: string) => void,
  peers: readonly string[],
  folder: string,
): Promise<Readonly<Record<string, McpFigures>>> {
  await using pve = createSimulator({ clock: { speed: 50 } });
  const { url, fingerprint256 } = await pve.listen();
  const { token } = pve.credentials;
  const ours = {
    name: "@pve/mcp-server",
    args: [path.join(root, "packages/mcp-server/bin/pve-mcp.cjs")],
    env: { PVE_URL: url, PVE_TOKEN: token, PVE_FINGERPRINT: fingerprint256, XDG_CACHE_HOME: folder },
    tool: "get_nodes",
  };
  const contestants: McpContestant[] = [
    { name: "bare loop", args: [path.join(root, "bench/src/mcp-bare.mjs")], env: {}, tool: "get_nodes" },
    { name: "SDK alone, bundled", args: [await bundleSdk(folder)], env: {}, tool: "get_nodes" },
    ours,
    // What a first start takes, and each one where nothing can be kept.
    { ...ours, name: "  with no code kept", env: { ...ours.env, NODE_DISABLE_COMPILE_CACHE: "1" } },
    ...peers.map((peer) => peerOf(peer, url, token)),
  ];
  const seen = new Map<string, McpSeries>(
    contestants.map(({ name }) => [name, { starts: [], processor: [], sessions: [] }]),
  );
  await startForTheFirstTime(ours, folder);
  for (let round = 0; round < STARTS; round += 1) {
    for (const contestant of contestants) await play(contestant, seen.get(contestant.name), round === STARTS - 1);
  }
  const figures = Object.fromEntries([...seen].map(([name, series]) => [name, figuresOf(series)]));
  show(print, figures);
  return figures;
}

/** Has our server keep what it compiles, as everybody's second start finds it. */
async function startForTheFirstTime(ours: McpContestant, folder: string): Promise<void> {
  const session = await startSession(ours);
  const kept = path.join(folder, "pve-mcp");
  for (let tries = 0; !existsSync(kept) || !readdirSync(kept).some((name) => name.endsWith(".bin")); tries += 1) {
    if (tries > 200) throw new Error("the server kept no code");
    await delay(50);
  }
  await session.end();
}

interface McpSeries {
  readonly starts: number[];
  readonly processor: number[];
  readonly sessions: Omit<McpFigures, "leastStart" | "start" | "processor">[];
}

/** Starts it once; the last time it is asked as well. */
async function play(contestant: McpContestant, series: McpSeries | undefined, ask: boolean): Promise<void> {
  const session = await startSession(contestant);
  series?.starts.push(session.started);
  series?.processor.push(session.processor);
  if (ask) series?.sessions.push(await question(session, contestant.tool));
  await session.end();
}

async function question(session: McpSession, tool: string) {
  let listBytes = 0;
  const list = await medianOf(LISTS, async () => {
    listBytes = (await session.ask("tools/list")).length;
  });
  const call = await medianOf(CALLS, async () => {
    const answer = await session.ask("tools/call", { name: tool, arguments: {} });
    if (/"isError":true|"error":/.test(answer)) throw new Error(`${tool}: ${answer.slice(0, 300)}`);
  });
  return { memory: session.memory(), list, listBytes, call };
}

async function medianOf(times: number, run: () => Promise<void>): Promise<number> {
  const taken: number[] = [];
  for (let count = 0; count < times; count += 1) {
    const begun = performance.now();
    await run();
    taken.push(performance.now() - begun);
  }
  return middle(taken);
}

function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function figuresOf({ starts, processor, sessions: [asked] }: McpSeries): McpFigures {
  const { memory, list, listBytes, call } = asked ?? {
    memory: Number.NaN,
    list: Number.NaN,
    listBytes: Number.NaN,
    call: Number.NaN,
  };
  return {
    leastStart: Math.min(...starts),
    start: middle(starts),
    processor: middle(processor),
    memory,
    list,
    listBytes,
    call,
  };
}

/** Under the names that the peers known to us read their settings by. */
function peerOf(written: string, url: string, token: string): McpContestant {
  const [, name = "", file = "", tool = ""] = /^([^=]+)=([^#]+)#(.+)$/.exec(written) ?? [];
  if (!existsSync(file))
    throw new Error(`--peer ${written}: write name=file#tool, the file being one that Node can start`);
  const { hostname, port } = new URL(url);
  const [id = "", secret = ""] = token.split("=");
  const [user = "", tokenName = ""] = id.split("!");
  const env = {
    PROXMOX_URL: url,
    PROXMOX_HOST: hostname,
    PROXMOX_PORT: port,
    PROXMOX_USER: user.split("@")[0] ?? "",
    PROXMOX_REALM: user.split("@")[1] ?? "",
    PROXMOX_TOKEN_ID: id,
    PROXMOX_TOKEN_NAME: tokenName,
    PROXMOX_TOKEN_SECRET: secret,
    PROXMOX_TLS_INSECURE: "true",
    PROXMOX_ALLOW_INSECURE_TLS: "true",
    PROXMOX_SSH_KEY_PATH: "/dev/null",
  };
  return { name, args: [file], env, tool };
}

function show(print: (line: string) => void, figures: Readonly<Record<string, McpFigures>>): void {
  const bare = figures["bare loop"]?.start ?? Number.NaN;
  const row = (cells: readonly string[]): string =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(24) : cell.padStart(14))).join("");
  print("MCP servers over stdin and stdout, started in turn before the same simulated cluster");
  print(row(["", "first answer", "least", "x bare", "processor", "memory", "tools/list", "", "tools/call"]));
  for (const [name, { start, leastStart, processor, memory, list, listBytes, call }] of Object.entries(figures)) {
    print(
      row([
        name,
        `${start.toFixed(0)} ms`,
        `${leastStart.toFixed(0)} ms`,
        (start / bare).toFixed(1),
        `${processor.toFixed(0)} ms`,
        `${(memory / 1024 ** 2).toFixed(0)} MiB`,
        `${list.toFixed(1)} ms`,
        `${(listBytes / 1024).toFixed(0)} KiB`,
        `${call.toFixed(1)} ms`,
      ]),
    );
  }
}
