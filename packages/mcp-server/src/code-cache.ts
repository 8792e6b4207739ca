import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { Script } from "node:vm";

/** Where compiled code is looked for and kept. */
export interface CodeCache {
  /** Absent where there is none to be had: the code is then compiled, as ever. */
  readonly folder: string | undefined;
  /** Milliseconds until what was compiled is kept: by then, that includes what a start has called. */
  readonly delay: number;
}

/**
 * Runs a script with the code that V8 made of it at an earlier start, and keeps that code for the next one. A fifth of a start
 * is compiling otherwise. Node's own cache for modules keeps less of it, and older releases have none.
 *
 * The script's name must change with its text, because V8 compares no more than the length. What cannot be read, is not this
 * user's alone or was made by another release of Node is not used; what cannot be written is not kept.
 */
export function runCached(script: string, { folder, delay }: CodeCache): unknown {
  const source = readFileSync(script, "utf8");
  const kept = folder && path.join(folder, `${runtime}-${path.basename(script)}.bin`);
  const cachedData = kept && readOwn(kept);
  const compiled = new Script(source, { filename: script, ...(cachedData && { cachedData }) });
  if (kept && (!cachedData || compiled.cachedDataRejected)) {
    // A process that ends before is not kept from it.
    setTimeout(() => keep(kept, compiled.createCachedData()), delay).unref();
  }
  return compiled.runInThisContext();
}

const runtime = `${process.version}-${process.platform}-${process.arch}`;

/** The folder for what can be made again, as the system has it; none where Node was told not to keep code. */
export function codeFolder(env: Readonly<Record<string, string | undefined>>, platform: string): string | undefined {
  const { HOME, LOCALAPPDATA, XDG_CACHE_HOME, NODE_DISABLE_COMPILE_CACHE } = env;
  const own = platform === "darwin" ? "Library/Caches" : ".cache";
  const base = platform === "win32" ? LOCALAPPDATA : XDG_CACHE_HOME || (HOME && path.join(HOME, own));
  return NODE_DISABLE_COMPILE_CACHE || !base || !path.isAbsolute(base) ? undefined : path.join(base, "pve-mcp");
}

/** What is in the file, if nobody but this user could have written it: code that is run without being read. */
function readOwn(file: string): Buffer | undefined {
  try {
    const handle = openSync(file, "r");
    try {
      const { uid, mode } = fstatSync(handle);
      const isOwn = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
      const code = isOwn ? readFileSync(handle) : undefined;
      return code?.length ? code : undefined;
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
}

/** Writes the file whole or not at all, and takes away what this release of Node kept of earlier versions. */
function keep(file: string, code: Buffer): void {
  const folder = path.dirname(file);
  const unfinished = `${file}.${process.pid}`;
  try {
    makeFolder(path.dirname(folder));
    makeFolder(folder);
    writeFileSync(unfinished, code, { mode: 0o600 });
    renameSync(unfinished, file);
    for (const name of readdirSync(folder)) {
      if (name.startsWith(`${runtime}-`) && name !== path.basename(file)) rmSync(path.join(folder, name));
    }
  } catch {
    // A start without it is slower and nothing else; what a full disk has left of it goes with the next one that is kept.
  }
}

/** One folder, not the way to it: on file systems such as /proc Node looks for a beginning for ever. */
function makeFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
}
