import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Remembers what was used, so that nothing is used twice. */
export interface SingleUse {
  /** Uses up an id until `expires` (milliseconds since the epoch); false when it was used before. */
  spend(id: string, expires: number, now: number): boolean;
}

/** Remembers in this process alone. What has expired is forgotten. */
export function rememberHere(): SingleUse {
  const spent = new Map<string, number>();
  return {
    spend(id, expires, now) {
      for (const [old, until] of spent) if (until < now) spent.delete(old);
      if (spent.has(id)) return false;
      spent.set(id, expires);
      return true;
    },
  };
}

/** A day: longer than anything may be valid. */
const KEPT = 86_400_000;

/** Remembers in a directory that several processes share: a file that only one of them can make says that an id is used. */
export function rememberIn(directory: string): SingleUse {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (written !== undefined && written < Date.now() - KEPT) rmSync(file, { force: true });
  }
  return {
    spend(id) {
      try {
        writeFileSync(path.join(directory, encodeURIComponent(id)), "", { flag: "wx", mode: 0o600 });
        return true;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
        throw error;
      }
    },
  };
}
