import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** What `init` found out. */
export interface Setup {
  readonly directory: string;
  readonly name: string;
  readonly url: string;
  readonly fingerprint: string | undefined;
  readonly token: string;
}

/** The files that `init` wrote. */
export interface WrittenSetup {
  readonly configFile: string;
  readonly tokenFile: string;
}

/**
 * Writes the token to a file of its own (0600, in a directory made 0700) and a configuration that names it. Neither is
 * ever written over: with `EEXIST` nothing, or only the token's file, is new.
 */
export async function writeSetup({ directory, name, url, fingerprint, token }: Setup): Promise<WrittenSetup> {
  const configFile = path.join(directory, "pve-mcp.yaml");
  const tokenFile = path.join(directory, `${name}.token`);
  const lines = [
    "# Settings of pve-mcp; paths are taken from this folder. pve-mcp --help names the rest.",
    "targets:",
    `  - name: ${name}`,
    `    url: ${url}`,
    `    token_file: ${name}.token`,
    ...(fingerprint === undefined ? [] : [`    fingerprint: ${fingerprint}`]),
    "    allow: read # or change, or destroy",
    "# Where secrets go that PVE shows once, such as a new token's:",
    "secrets_dir: secrets",
  ];
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(configFile, `${lines.join("\n")}\n`, { mode: 0o600, flag: "wx" });
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600, flag: "wx" });
  return { configFile, tokenFile };
}
