#!/usr/bin/env node
// Raises the versions that changesets ask for, and writes the server's into what the MCP registry reads.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const server = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../packages/mcp-server");
execFileSync("npx", ["changeset", "version"], { stdio: "inherit" });
const { version } = JSON.parse(readFileSync(path.join(server, "package.json"), "utf8"));
const file = path.join(server, "server.json");
const entry = JSON.parse(readFileSync(file, "utf8"));
const packages = entry.packages.map((one) => ({ ...one, version }));
writeFileSync(file, `${JSON.stringify({ ...entry, version, packages }, undefined, 2)}\n`);
