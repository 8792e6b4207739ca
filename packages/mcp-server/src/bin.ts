import { readFileSync } from "node:fs";
import { runCommand } from "./run-command.js";

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const found =
    typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : undefined;
  return typeof found === "string" ? found : "unknown";
}

// Whoever reads, such as head, may stop before the end. Nobody can be told on a stream that is gone.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

void runCommand({
  argv: process.argv.slice(2),
  env: process.env,
  version: readVersion(),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  ask: async (question, options) => (await import("./ask.js")).ask(question, options),
  readFile: (path) => readFileSync(path, "utf8"),
  exit: (code) => process.exit(code),
}).then((status) => {
  // Setting it, rather than leaving at once, lets what was written reach a pipe.
  if (status !== undefined) process.exitCode = status;
});
