import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** How an MCP server is started over stdin and stdout. */
export interface McpContestant {
  readonly name: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** A tool without arguments that asks for the nodes. */
  readonly tool: string;
}

/** A started server, spoken to in lines of JSON-RPC. */
export interface McpSession {
  /** Milliseconds from spawn to the first answer. */
  readonly started: number;
  /** Milliseconds of processor time that took, in all threads; not a number where the system does not tell. */
  readonly processor: number;
  /** Sends a request; resolves to its answer. */
  readonly ask: (method: string, params?: object) => Promise<string>;
  /** Bytes of resident memory; not a number where the system does not tell. */
  readonly memory: () => number;
  readonly end: () => Promise<void>;
}

const HELLO = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1.0.0" } };

/** Starts a server and greets it. Rejects when it ends before it answers. */
export async function startSession({ name, args, env }: McpContestant): Promise<McpSession> {
  const { PATH = "", HOME = "", TMPDIR = "" } = process.env;
  const begun = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH, HOME, ...(TMPDIR !== "" && { TMPDIR }), ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const waiting = new Map<number, (line: string) => void>();
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  listen(child, waiting);
  let id = 0;
  const ask = (method: string, params: object = {}): Promise<string> => {
    id += 1;
    const answer = new Promise<string>((resolve, reject) => {
      waiting.set(id, resolve);
      void ended.then(() => reject(new Error(`${name} ended`)));
    });
    child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return answer;
  };
  await ask("initialize", HELLO);
  const started = performance.now() - begun;
  const processor = processorTime(child.pid);
  child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
  return {
    started,
    processor,
    ask,
    memory: () => residentMemory(child.pid),
    async end() {
      child.stdin?.end();
      const late = setTimeout(() => child.kill("SIGKILL"), 3000);
      await ended;
      clearTimeout(late);
    },
  };
}

function listen(child: ChildProcess, waiting: Map<number, (line: string) => void>): void {
  let pending = "";
  child.stdin?.on("error", () => undefined);
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    pending += chunk;
    const lines = pending.split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) {
      const { id } = JSON.parse(line) as { id?: number };
      if (id === undefined) continue;
      waiting.get(id)?.(line);
      waiting.delete(id);
    }
  });
}

/** Linux keeps it to the nanosecond; processor time is what a busy machine does not blur. */
function processorTime(pid: number | undefined): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.reduce(
      (sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6,
      0,
    );
  } catch {
    return Number.NaN;
  }
}

function residentMemory(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}
