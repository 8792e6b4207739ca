#!/usr/bin/env node
// Packs each published package and looks at the tarball as npm and TypeScript would.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(path.join(tmpdir(), "pve-pack-"));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });

try {
  for (const name of ["client", "tools", "mcp-server", "simulator"]) {
    const cwd = path.join(root, "packages", name);
    run("pnpm", ["pack", "--pack-destination", folder], cwd);
    const tarball = path.join(
      folder,
      readdirSync(folder).find((file) => file.startsWith(`pve-${name}-`)),
    );
    console.log(run("publint", [tarball, "--strict"], cwd).trim());
    // ESM only: CommonJS callers are told so by Node itself.
    console.log(
      run(
        "attw",
        [tarball, "--profile", "esm-only", "--format", "ascii", "--exclude-entrypoints", "./openapi.json"],
        cwd,
      )
        .split("\n")
        .slice(0, 8)
        .join("\n")
        .trim(),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
