#!/usr/bin/env node
// Installs the packed packages in programs outside the workspace, as a stranger would, and runs or compiles them.
// Needs the packages built (`npm run build`) and the npm registry.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(path.join(tmpdir(), "pve-consumers-"));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });

const esm = `
import assert from "node:assert/strict";
import { asResponse, createClient, parsePropertyString, PveRequestError, updateConfig, withMeta } from "@pve/client";
import { createClient as createNodeClient } from "@pve/client/node";
import { createSimulator } from "@pve/simulator";

const sim = createSimulator();
const pve = createClient({
  baseUrl: sim.baseUrl, auth: { token: sim.credentials.token },
  transport: sim.fetch, sleep: sim.clock.sleep, now: sim.clock.now,
});
const nodes = await pve.nodes.get();
assert.equal(nodes.length, 3);
assert.equal((await withMeta(pve.nodes("pve1").tasks.get({ limit: 1 }))).data.length, 1);
assert.equal((await asResponse(pve.version.get())).status, 200);
const config = await pve.nodes("pve2").qemu(103).config.get();
const changes = await updateConfig(pve, { node: "pve2", vmid: 103 }, config, { ...config, cores: 7 });
assert.deepEqual(changes.set, { cores: 7 });
assert.equal(parsePropertyString("virtio=BC:24:11:00:00:01,bridge=vmbr0", "qemu-net").bridge, "vmbr0");
const task = await pve.nodes("pve1").qemu(110).clone.post({ newid: 901 });
const done = task.done();
await sim.clock.advance(600_000);
assert.equal((await done).exitstatus, "OK");
await assert.rejects(pve.nodes("pve1").qemu(4711).config.get(), (error) => error instanceof PveRequestError);
assert.equal((await pve.http.GET("/version")).response.status, 200);
assert.equal(await pve.supports("GET /cluster/ha/rules"), true);
assert.throws(() => createNodeClient({ baseUrl: "http://pve1", auth: { token: "a@pam!b=c" } }), /https/);
console.log("esm: ran on Node", process.version);
`;

const types = `
import { type ConfigChanges, createClient, type ParamsOf, type ResultOf, type Task, updateConfig, withMeta } from "@pve/client";
import type { PveClient as Pve84 } from "@pve/client/8.4";
import type { PveClient as Pve91 } from "@pve/client/9.1";
import { createClient as createNodeClient } from "@pve/client/node";

export async function main(): Promise<void> {
  const pve = createNodeClient({ baseUrl: "https://pve1:8006", auth: { token: "root@pam!t=s" } });
  const task: Task = await pve.nodes("pve1").qemu(100).clone.post({ newid: 101 });
  await task.done({ timeout: 1000 });
  const nodes: ResultOf<"GET /nodes"> = await pve.call("GET /nodes", {}, { retries: false, headers: { "x-a": "1" } });
  const raw: unknown = await pve.call("GET /nodes", {}, { decode: "raw" });
  const { total, data } = await withMeta(pve.nodes("pve1").tasks.get());
  const params: ParamsOf<"PUT /nodes/{node}/qemu/{vmid}/config"> = { node: "a", vmid: 100, net0: null, cores: 2 };
  const changes: ConfigChanges = await updateConfig(pve, { node: "a", vmid: 100 }, {}, { cores: 2 });
  // @ts-expect-error there is no such parameter
  await pve.nodes("pve1").qemu(100).clone.post({ newid: 101, fulll: true });
  console.log(nodes[0]?.node, raw, total, data.length, params, changes);
}

const old: Pve84 = createClient({ baseUrl: "https://pve1:8006", auth: { token: "root@pam!t=s" } });
const newer: Pve91 = old.withOptions({ timeout: 1 }) as unknown as Pve91;
// @ts-expect-error 8.4 has no HA rules
void old.cluster.ha.rules;
void newer.cluster.ha.rules;
`;

const neutral = `
import { createClient } from "@pve/client";
export async function ask() {
  const answer = new TextEncoder().encode(JSON.stringify({ data: { release: "9.2", version: "9.2.3", repoid: "0" } }));
  const headers = { get: (name) => (name.toLowerCase() === "content-type" ? "application/json" : null) };
  const transport = async () => ({ status: 200, statusText: "OK", headers, arrayBuffer: async () => answer.buffer });
  const pve = createClient({ baseUrl: "https://pve1:8006", auth: { token: "root@pam!t=s" }, transport });
  return (await pve.version.get()).release;
}
`;

/** Starts the bundled server as an MCP client does, with a YAML file, and has it ask a simulated cluster. */
const server = `
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { createSimulator } from "@pve/simulator";

const sim = createSimulator({ clock: { speed: 50 } });
const { url, fingerprint256 } = await sim.listen();
const target = ["name: lab", "url: " + url, "token: " + sim.credentials.token, "fingerprint: " + fingerprint256];
writeFileSync("pve-mcp.yaml", "targets:\\n  - " + target.join("\\n    ") + "\\n");
const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "consumer", version: "1" } };
const kept = path.resolve("caches");
async function session(meanwhile) {
  const child = spawn(process.execPath, ["node_modules/@pve/mcp-server/bin/pve-mcp.cjs", "--config", "pve-mcp.yaml"], {
    stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, XDG_CACHE_HOME: kept },
  });
  const send = (message) => child.stdin.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
  send({ id: 1, method: "initialize", params });
  send({ method: "notifications/initialized" });
  send({ id: 2, method: "tools/list" });
  send({ id: 3, method: "tools/call", params: { name: "get_nodes", arguments: {} } });
  const answers = new Map();
  for await (const line of createInterface(child.stdout)) {
    const { id, result } = JSON.parse(line);
    answers.set(id, result);
    if (answers.size === 3) break;
  }
  await meanwhile?.();
  child.stdin.end();
  assert.ok(answers.get(2).tools.length > 10);
  assert.match(JSON.stringify(answers.get(3)), /pve3/);
}
// The first start keeps what it compiled, the second runs it.
await session(async () => {
  while (!existsSync(kept + "/pve-mcp") || !readdirSync(kept + "/pve-mcp").some((name) => name.endsWith(".bin"))) await delay(50);
});
await session();
await sim.close();
console.log("server: the bundle started twice, listed its tools and asked a cluster");
`;

/** Bundles for no runtime in particular: an import of a Node built-in cannot be resolved and fails the build. */
const bundle = `
import { build } from "esbuild";
const { metafile } = await build({
  entryPoints: ["index.mjs"], bundle: true, splitting: true, format: "esm", platform: "neutral",
  mainFields: ["module", "main"], outdir: "out", outExtension: { ".js": ".mjs" }, metafile: true,
});
const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
if (outside.length > 0) throw new Error("imports from outside: " + outside.map(({ path }) => path).join(", "));
const { ask } = await import("./out/index.mjs");
// What only Node has must not be missed.
for (const name of ["process", "Buffer", "setImmediate", "global"]) delete globalThis[name];
const release = await ask();
if (release !== "9.2") throw new Error("answered " + release);
console.log("neutral: bundled without a built-in, ran without Node's globals");
`;

function pack(name) {
  run("pnpm", ["pack", "--pack-destination", folder], path.join(root, "packages", name));
  const file = readdirSync(folder).find((entry) => entry.startsWith(`pve-${name}-`) && entry.endsWith(".tgz"));
  return path.join(folder, file);
}

function consumer(name, files, dependencies) {
  const cwd = path.join(folder, name);
  mkdirSync(cwd);
  writeFileSync(path.join(cwd, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(cwd, file), text);
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel", "error", ...dependencies], cwd);
  return cwd;
}

function checkTypes(client) {
  const compilerOptions = {
    target: "es2023",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    types: ["node"],
  };
  const cwd = consumer(
    "types",
    { "index.ts": types, "tsconfig.json": JSON.stringify({ compilerOptions, files: ["index.ts"] }) },
    [client, "@types/node@22", "typescript-5@npm:typescript@5.9", "typescript-7@npm:typescript@7"],
  );
  for (const compiler of ["typescript-5", "typescript-7"]) {
    const tsc = path.join(cwd, "node_modules", compiler, "bin/tsc");
    const version = run("node", [tsc, "--version"], cwd).trim().replace("Version ", "");
    try {
      run("node", [tsc, "-p", "."], cwd);
    } catch (error) {
      throw new Error(`TypeScript ${version}:\n${error.stdout}`);
    }
    console.log(`types: checked with TypeScript ${version}, declarations included`);
  }
}

try {
  const client = pack("client");
  const simulator = pack("simulator");
  const mcpServer = [client, pack("tools"), simulator, pack("mcp-server")];
  console.log(run("node", ["index.mjs"], consumer("esm", { "index.mjs": esm }, [client, simulator])).trim());
  checkTypes(client);
  console.log(run("node", ["index.mjs"], consumer("server", { "index.mjs": server }, mcpServer)).trim());
  const cwd = consumer("neutral", { "index.mjs": neutral, "bundle.mjs": bundle }, [client, "esbuild@0.28"]);
  console.log(run("node", ["bundle.mjs"], cwd).trim());
} finally {
  rmSync(folder, { recursive: true });
}
