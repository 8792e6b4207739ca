import { existsSync, readFileSync } from "node:fs";
import { SpecFault } from "../fault.js";
import { apidocTree } from "../import/apidoc-text.js";
import { downloadApidoc } from "../import/download.js";
import { importFacts } from "../import/facts.js";
import { parseJson, printJson } from "../json.js";
import { readOrigins, sha256, type Workspace } from "../workspace.js";

export interface ImportOptions {
  readonly source: string | undefined;
  readonly release?: string | undefined;
  readonly product?: string | undefined;
  readonly fingerprint?: string | undefined;
  /** When the tree was taken, YYYY-MM-DD; today unless stated. */
  readonly date?: string | undefined;
}

/** Reads an API tree from a file, a URL or a running node into `specs/releases`, and records where it came from. */
export async function importCommand(
  workspace: Workspace,
  options: ImportOptions,
  print: (line: string) => void,
): Promise<number> {
  const { source, release } = options;
  if (source === undefined)
    throw new SpecFault("command line", "import what? Give a file, a URL, or https://<node>:8006");
  if (release === undefined || !/^\d+\.\d+$/.test(release)) {
    throw new SpecFault("command line", "--release is needed: the release the tree belongs to, such as --release 9.2");
  }
  const text = await readSource(source, options.fingerprint);
  const facts = importFacts(release, parseJson(source, apidocTree(source, text)));
  const hash = sha256(text);
  const known = readOrigins(workspace);
  const before = known[release];
  const version = options.product ?? before?.version ?? release;
  const today = () => new Date().toISOString().slice(0, 10);
  const date = options.date ?? (before?.sha256 === hash ? before.date : today());
  const origins = { ...known, [release]: { version, date, sha256: hash } };
  const sorted = Object.entries(origins).sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  workspace.write(`specs/releases/${release}.json`, printJson(facts));
  workspace.write("specs/origin.json", printJson(Object.fromEntries(sorted)));
  print(
    `imported ${Object.keys(facts.operations).length} operations of Proxmox VE ${release} (sha256 ${hash.slice(0, 16)}…)`,
  );
  return 0;
}

async function readSource(source: string, fingerprint: string | undefined): Promise<string> {
  if (/^https?:\/\//.test(source)) return downloadApidoc(source, fingerprint);
  if (!existsSync(source)) throw new SpecFault(source, "there is no such file");
  return readFileSync(source, "utf8");
}
