#!/usr/bin/env node
// Packs the bundled server as an MCPB file, which desktop clients install with a click, and has the format's own tool
// judge the manifest. Needs the server built (`npm run build`). Writes .work/pve-mcp.mcpb.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./cached-install.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const server = path.join(root, "packages/mcp-server");
const { version } = JSON.parse(readFileSync(path.join(server, "package.json"), "utf8"));
const tool = path.join(install(["@anthropic-ai/mcpb@2.1.2"]), "@anthropic-ai/mcpb/dist/cli/cli.js");
const folder = mkdtempSync(path.join(tmpdir(), "pve-mcpb-"));
const file = path.join(root, ".work/pve-mcp.mcpb");
mkdirSync(path.dirname(file), { recursive: true });

try {
  const manifest = JSON.parse(readFileSync(path.join(server, "mcpb/manifest.json"), "utf8"));
  writeFileSync(path.join(folder, "manifest.json"), JSON.stringify({ ...manifest, version }, undefined, 2));
  for (const part of ["bin", "dist/pve-mcp.cjs", "dist/chunks", "package.json"]) {
    cpSync(path.join(server, part), path.join(folder, "server", part), { recursive: true });
  }
  for (const args of [
    ["validate", path.join(folder, "manifest.json")],
    ["pack", folder, file],
  ]) {
    const said = execFileSync(process.execPath, [tool, ...args], { encoding: "utf8" });
    console.log(said.trim().split("\n").at(-1));
  }
} finally {
  rmSync(folder, { recursive: true });
}
