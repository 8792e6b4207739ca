import { createHash, createHmac, randomBytes } from "node:crypto";
import { closeSync, fdatasyncSync, mkdirSync, openSync, readdirSync, writeSync } from "node:fs";
import path from "node:path";
import { canonicalJson } from "../approval/canonical.js";
import { readLines } from "./read-lines.js";

/** What is written down of one event. */
export type AuditEntry = Readonly<Record<string, unknown>> & { readonly event: string };

/** One line of an audit file: an entry in its place in the chain. */
export interface AuditLine extends AuditEntry {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The hash of the line before; empty for the first. */
  readonly previous: string;
  readonly hash: string;
}

/** Where events are written down. */
export interface AuditLog {
  /** Writes an event down for good before it returns. Throws when it cannot, and then nothing may be changed. */
  record(entry: AuditEntry): void;
  close(): void;
}

/** What an audit is made with. */
export interface AuditOptions {
  readonly directory: string;
  /** Makes the hashes unforgeable for whoever does not have it. */
  readonly key?: string;
  readonly now: () => number;
}

/** The hash of a line: of the one before and of its own content, with the key if there is one. */
export function hashOf(
  { hash: _hash, ...content }: Omit<AuditLine, "hash"> & { readonly hash?: string },
  key?: string,
): string {
  const text = canonicalJson(content);
  const hash = key === undefined ? createHash("sha256") : createHmac("sha256", key);
  return hash.update(text).digest("hex");
}

/**
 * Opens an audit: a file of this process alone, in which each line holds the hash of the one before. Its first line holds
 * the last hashes of the files that lie there already, those apart that another of them holds as they are: so none can be
 * shortened or taken away unseen, and a first line does not grow with every process that ever was. Each line is on disk (`fdatasync`) before what it tells of happens.
 * @throws Error when the directory cannot be used
 */
export function openAudit({ directory, key, now }: AuditOptions): AuditLog {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const earlier = unheldHashes(directory, key);
  const day = new Date(now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const file = path.join(directory, `audit-${day}-${process.pid}-${randomBytes(3).toString("hex")}.jsonl`);
  const descriptor = openSync(file, "ax", 0o600);
  let previous = "";
  let seq = 0;
  const record = (entry: AuditEntry): void => {
    const content = { ...entry, seq, time: new Date(now()).toISOString(), previous };
    const hash = hashOf(content, key);
    writeSync(descriptor, `${JSON.stringify({ ...content, hash })}\n`);
    fdatasyncSync(descriptor);
    previous = hash;
    seq += 1;
  };
  record({ event: "opened", earlier });
  return { record, close: () => closeSync(descriptor) };
}

/** The audit files of a directory, in the order of their names. */
export function auditFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => /^audit-.*\.jsonl$/.test(name))
    .sort();
}

/** The last hash of each file that no other file holds by now. */
function unheldHashes(directory: string, key: string | undefined): Readonly<Record<string, string>> {
  const files = auditFiles(directory).map((name) => {
    const lines = readLines(path.join(directory, name));
    const hash = lines.at(-1)?.["hash"];
    return { name, first: lines[0] ?? {}, last: typeof hash === "string" ? hash : "" };
  });
  const held = files
    .filter(({ first }) => first["hash"] === hashOf(first as AuditLine, key))
    .flatMap(({ first }) => Object.entries(first["earlier"] ?? {}).map(([name, hash]) => `${name} ${hash}`));
  const isHeld = new Set(held);
  return Object.fromEntries(files.flatMap(({ name, last }) => (isHeld.has(`${name} ${last}`) ? [] : [[name, last]])));
}
