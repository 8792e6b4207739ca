import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/**
 * Installs pinned packages into a cache outside the repository, unless they are there, without running their scripts. Gives
 * the folder of their modules.
 */
export function install(packages) {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache");
  const folder = path.join(cache, "pve-typescript", packages.join("+").replaceAll(/[^\w.+-]/g, "_"));
  const modules = path.join(folder, "node_modules");
  if (existsSync(path.join(folder, "package-lock.json"))) return modules;
  mkdirSync(folder, { recursive: true });
  const quiet = ["--no-audit", "--no-fund", "--loglevel", "error"];
  execFileSync(
    "npm",
    ["install", "--prefix", folder, "--engine-strict=false", "--ignore-scripts", ...quiet, ...packages],
    {
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  return modules;
}
