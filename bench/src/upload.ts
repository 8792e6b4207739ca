import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const SIZE = 2 * 1024 ** 3;
const MIB = 1024 ** 2;

/** What one upload cost. */
interface Run {
  readonly form: string;
  readonly seconds: number;
  /** Bytes resident before the upload, at most during it, and at most since the process began. */
  readonly before: number;
  readonly most: number;
  readonly ever: number;
}

/**
 * Uploads 2 GiB in every form, each in a fresh process of plain JavaScript (compiling TypeScript takes more memory than
 * the upload), to a server that counts and forgets.
 */
export async function benchUpload(print: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "pve-bench-"));
  try {
    await compile(folder);
    const sink = fork(path.join(folder, "upload-sink.js"), { stdio: "inherit", execArgv: [] });
    const port = await messageOf(sink);
    print("upload of 2 GiB over TLS, loopback         MB/s   RSS before   peak RSS   peak of the process");
    for (const form of ["stream", "path", "path with sha256"]) {
      const args = [`https://localhost:${port}`, form, String(SIZE)];
      print(
        row(
          (await messageOf(fork(path.join(folder, "upload-run.js"), args, { stdio: "inherit", execArgv: [] }))) as Run,
        ),
      );
    }
    sink.disconnect();
  } finally {
    await rm(folder, { recursive: true });
  }
}

function row({ form, seconds, before, most, ever }: Run): string {
  const [atStart = "", peak = "", always = ""] = [before, most, ever].map((bytes) => `${(bytes / MIB).toFixed(0)} MiB`);
  const speed = (SIZE / 1e6 / seconds).toFixed(0);
  return `  ${form.padEnd(38)} ${speed.padStart(6)} ${atStart.padStart(12)} ${peak.padStart(10)} ${always.padStart(21)}`;
}

async function compile(outdir: string): Promise<void> {
  await build({
    entryPoints: ["upload-sink.ts", "upload-run.ts"].map((file) => fileURLToPath(new URL(file, import.meta.url))),
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@pve/source"],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
  });
  await writeFile(path.join(outdir, "package.json"), '{"type":"module"}');
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the process ended with ${String(code)} before it said anything`);
  });
  ended.catch(() => undefined);
  const [message] = (await Promise.race([once(child, "message"), ended])) as [unknown];
  return message;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchUpload(console.log);
