import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseYaml, type YamlDocument } from "./build/yaml.js";
import { SpecFault } from "./fault.js";
import { parseJson } from "./json.js";
import type { ReleaseFacts } from "./model.js";
import { readReleaseFile } from "./release-file.js";

/** Where things lie in the repository. The only module besides the commands that touches the disk. */
export interface Workspace {
  readonly root: string;
  read(file: string): string;
  exists(file: string): boolean;
  /** Writes only when the text differs, so that time stamps mean something; returns whether it did. */
  write(file: string, text: string): boolean;
  yaml(file: string): YamlDocument;
  list(folder: string, ending: string): string[];
}

export function openWorkspace(root: string): Workspace {
  const at = (file: string) => path.join(root, file);
  const read = (file: string) => readFileSync(at(file), "utf8");
  return {
    root,
    read,
    exists: (file) => existsSync(at(file)),
    write(file, text) {
      if (existsSync(at(file)) && read(file) === text) return false;
      mkdirSync(path.dirname(at(file)), { recursive: true });
      writeFileSync(at(file), text);
      return true;
    },
    yaml: (file) => parseYaml(file, existsSync(at(file)) ? read(file) : ""),
    list: (folder, ending) =>
      existsSync(at(folder))
        ? readdirSync(at(folder))
            .filter((name) => name.endsWith(ending))
            .sort()
            .map((name) => `${folder}/${name}`)
        : [],
  };
}

export const SPEC_FILE = "specs/proxmox-api-spec.json";

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export interface Origin {
  readonly version: string;
  readonly date: string;
  readonly sha256: string;
}

/** The releases that are committed, oldest first. */
export function readReleases(workspace: Workspace): ReleaseFacts[] {
  const releases = workspace.list("specs/releases", ".json").map((file) => {
    return readReleaseFile(parseJson(file, workspace.read(file)));
  });
  return releases.sort((a, b) => a.release.localeCompare(b.release, "en", { numeric: true }));
}

export function readOrigins(workspace: Workspace): Record<string, Origin> {
  const file = "specs/origin.json";
  if (!workspace.exists(file)) return {};
  return parseJson(file, workspace.read(file)).value as unknown as Record<string, Origin>;
}

export function currentRelease(releases: readonly ReleaseFacts[]): ReleaseFacts {
  const current = releases.at(-1);
  if (current === undefined) throw new SpecFault("specs/releases", "no release file: run `pve-codegen import` first");
  return current;
}
