import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ApprovalConfig, ApprovalSettings } from "./approval-settings.js";
import { createDesk, type Desk } from "./desk.js";
import { createSealer } from "./seal.js";
import { rememberHere, rememberIn } from "./single-use.js";

const HEARTBEAT = 10_000;
const KEY_BYTES = 32;
const KEY_FILE = "key";

/**
 * Sets approval up. Without a directory the key is random and dies with the process.
 * @throws Error when the directory cannot be used
 */
export function createApproval({ mode, directory, expires, patience }: ApprovalConfig): ApprovalSettings {
  const times = { expires, patience, heartbeat: HEARTBEAT, now: Date.now };
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => delay(ms, undefined, { signal });
  if (directory === undefined) {
    return { mode, sealer: createSealer(randomBytes(KEY_BYTES)), singleUse: rememberHere(), ...times, sleep };
  }
  const sealer = createSealer(sharedKey(directory));
  const singleUse = rememberIn(path.join(directory, "used"));
  return { mode, sealer, singleUse, desk: openDesk(directory), ...times, sleep };
}

/**
 * Opens the desk of a directory for approvals, as a server does and `pve-mcp approve`.
 * @throws Error when the directory cannot be used
 */
export function openDesk(directory: string): Desk {
  return createDesk(path.join(directory, "pending"), createSealer(sharedKey(directory)));
}

/** Whether a server keeps approvals in this directory; looking does not make it one. */
export function keepsApprovals(directory: string): boolean {
  return existsSync(path.join(directory, KEY_FILE));
}

/** The key in a directory; made by whichever process comes first. */
function sharedKey(directory: string): Uint8Array {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, KEY_FILE);
  try {
    writeFileSync(file, `${randomBytes(KEY_BYTES).toString("base64")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const key = Buffer.from(readFileSync(file, "utf8").trim(), "base64");
  if (key.length !== KEY_BYTES) throw new Error(`${file} holds no key of ${KEY_BYTES} bytes in base64`);
  return key;
}
