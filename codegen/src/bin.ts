import path from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "./cli.js";
import { SpecFault } from "./fault.js";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
try {
  process.exitCode = await runCli(process.argv.slice(2), root, (line) => process.stdout.write(`${line}\n`));
} catch (error) {
  if (!(error instanceof SpecFault)) throw error;
  process.stderr.write(`pve-codegen: ${error.message}\n`);
  process.exitCode = 1;
}
