import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { isRecord } from "./encode.js";
import { PveConfigError } from "./errors.js";
import type { TrustStore } from "./tls-options.js";

/**
 * A store for `tls.trustOnFirstUse` in a JSON file, readable by its owner only: `{ "pve1.example:8006": "AA:BB:…" }`.
 * A node whose certificate was renewed is let in again by removing its line. Programs that share the file should not
 * meet new hosts at the same moment: the last writer wins.
 */
export function fileTrustStore(file: string): TrustStore {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    get: async (host) => {
      const prints = await readPrints(file);
      return Object.hasOwn(prints, host) ? prints[host] : undefined;
    },
    // One after the other, because each writes the whole file.
    set: (host, fingerprint256) => {
      const work = turn.then(() => remember(file, host, fingerprint256));
      turn = work.catch(() => undefined);
      return work;
    },
  };
}

async function remember(file: string, host: string, print: string): Promise<void> {
  const prints = { ...(await readPrints(file)), [host]: print };
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  // Renamed into place, so that a crash never leaves half a file, which would forget everybody.
  const draft = `${file}.${randomUUID()}.new`;
  await writeFile(draft, `${JSON.stringify(prints, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
}

async function readPrints(file: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "{}";
    throw error;
  });
  const problem = `${file} is no store of fingerprints; mend it, or remove it to meet every host anew`;
  const prints = parse(text);
  if (!isRecord(prints)) throw new PveConfigError(problem);
  return Object.fromEntries(
    Object.entries(prints).map(([host, print]) => {
      if (typeof print !== "string") throw new PveConfigError(problem);
      return [host, print];
    }),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
