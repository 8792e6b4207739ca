import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SaveSecret } from "@pve/tools";

/**
 * Keeps each secret in a file of its own that only this user can read (0600, in a directory made 0700). Resolves to the
 * file's path; an existing file is never written over.
 */
export function createSecretStore(directory: string): SaveSecret {
  return async (name, value) => {
    const { randomBytes } = await import("node:crypto");
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // Names hold user ids and guest names; the random end keeps two secrets of one name apart.
    const plain = name.replaceAll(/[^\w@!.-]/g, "_").replace(/^\.+/, "_");
    const extension = path.extname(plain) === ".vv" ? ".vv" : "";
    const stem = plain.slice(0, plain.length - extension.length).slice(0, 100);
    const file = path.join(directory, `${stem}-${randomBytes(4).toString("hex")}${extension}`);
    await writeFile(file, `${value}${value.endsWith("\n") ? "" : "\n"}`, { mode: 0o600, flag: "wx" });
    return file;
  };
}
