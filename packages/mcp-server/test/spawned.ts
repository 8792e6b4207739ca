import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { getDefaultEnvironment } from "@modelcontextprotocol/client/stdio";
import { createSimulator, type Simulator } from "@pve/simulator";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

/** How to start the real server from its sources. */
export function serverProcess(env: Readonly<Record<string, string>>, ...flags: string[]) {
  return {
    command: process.execPath,
    args: ["--conditions=@pve/source", "--import", "tsx", `${packageFolder}src/bin.ts`, ...flags],
    cwd: packageFolder,
    env: { ...getDefaultEnvironment(), ...env },
    stderr: "pipe" as const,
  };
}

/** A simulator behind a real socket, and the environment that points a server at it. */
export interface Cluster extends AsyncDisposable {
  readonly pve: Simulator;
  readonly env: { readonly PVE_URL: string; readonly PVE_TOKEN: string; readonly PVE_FINGERPRINT: string };
  /** The part of the token that nobody may see. */
  readonly secret: string;
}

/** Starts a simulator whose clock runs fifty times as fast as ours. */
export async function startCluster(): Promise<Cluster> {
  const pve = createSimulator({ seed: "three-nodes", clock: { speed: 50 } });
  const listening = await pve.listen();
  const { token } = pve.credentials;
  return {
    pve,
    env: { PVE_URL: listening.url, PVE_TOKEN: token, PVE_FINGERPRINT: listening.fingerprint256 },
    secret: token.slice(token.indexOf("=") + 1),
    async [Symbol.asyncDispose]() {
      await listening.close();
      await pve.close();
    },
  };
}

/** What a process left behind. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the server on lines of JSON-RPC. Its stdin is closed once as many answers came as there were requests, or at
 * once when there were none.
 */
export function runServer(
  env: Readonly<Record<string, string>>,
  flags: readonly string[],
  messages: readonly object[] = [],
): Promise<Ended> {
  const { command, args, cwd, env: environment } = serverProcess(env, ...flags);
  const wanted = messages.filter((message) => "id" in message).length;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: environment });
    let stdout = "";
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      if (answersIn(stdout) >= wanted) child.stdin.end();
    });
    child.once("error", reject).once("close", (code) => resolve({ code, stdout, stderr }));
    // A process that ends before it reads leaves the pipe broken; its exit status is what counts.
    child.stdin.on("error", () => {});
    for (const message of messages) child.stdin.write(`${JSON.stringify(message)}\n`);
    if (wanted === 0) child.stdin.end();
  });
}

/** Runs a command whose stdout nobody reads. */
export function runClosed(words: readonly string[]): Promise<Ended> {
  const { command, args, cwd, env } = serverProcess({}, ...words);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stdout.destroy();
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.once("error", reject).once("close", (code) => resolve({ code, stdout: "", stderr }));
  });
}

/** Runs a command, and interrupts it (Ctrl-C) once its stderr says `sign`. */
export function runUntil(
  env: Readonly<Record<string, string>>,
  words: readonly string[],
  sign: RegExp,
): Promise<Ended> {
  const { command, args, cwd, env: environment } = serverProcess(env, ...words);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      const seen = sign.test(stderr);
      stderr += chunk;
      if (!seen && sign.test(stderr)) child.kill("SIGINT");
    });
    child.once("error", reject).once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function answersIn(stdout: string): number {
  return stdout.split("\n").filter((line) => line.includes('"id":')).length;
}

/** A server over HTTP, in a process of its own. */
export interface HttpProcess {
  readonly url: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

/** Starts the real server over HTTP, and waits until it says where it listens. */
export function startHttpProcess(config: string): Promise<HttpProcess> {
  const { command, args, cwd, env } = serverProcess({}, "serve", "--http", "127.0.0.1:0", "--config", config);
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
      const url = /answers at (\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve({ url, child, ended });
    });
    void ended.then(() => reject(new Error(said)));
  });
}
