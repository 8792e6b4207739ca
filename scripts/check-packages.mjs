#!/usr/bin/env node
// Packs each published package and looks at the tarball as npm and TypeScript would; no declaration in it may say `any`.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(path.join(tmpdir(), "pve-pack-"));
const ts = createRequire(path.join(root, "codegen/package.json"))("typescript");
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
    expectNoAny(path.join(cwd, "dist"));
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

function expectNoAny(dist) {
  const files = readdirSync(dist, { recursive: true }).filter((file) => file.endsWith(".d.ts"));
  if (files.length === 0) throw new Error(`${dist} holds no declarations`);
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(path.join(dist, file), "utf8"), ts.ScriptTarget.Latest);
    const visit = (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) {
        const { line } = source.getLineAndCharacterOfPosition(node.pos);
        throw new Error(`${dist}/${file}:${line + 1} says any`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  console.log(`${files.length} declaration files, and none says any`);
}
