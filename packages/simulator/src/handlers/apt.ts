import { createHash } from "node:crypto";
import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { type NodePackages, type Package, packagesOf, type SourcesFile } from "../world-packages.js";
import { assertUnchanged } from "./call-digest.js";
import { flag, need, nodeOf, number, text } from "./guest-call.js";

const index = ["changelog", "repositories", "update", "versions"];

function facts(each: Package): Record<string, unknown> {
  return {
    Package: each.name,
    Title: each.title,
    Description: `${each.title}.`,
    Section: each.section,
    Priority: "optional",
    Origin: each.origin,
    Arch: each.name === "tzdata" || each.section === "perl" ? "all" : "amd64",
  };
}

const listUpdates: Handler = (call) =>
  packagesOf(call.world, nodeOf(call)).packages.flatMap((each) =>
    each.available === undefined ? [] : [{ ...facts(each), OldVersion: each.installed, Version: each.available }],
  );

const listVersions: Handler = (call) =>
  packagesOf(call.world, nodeOf(call)).packages.map((each) => ({
    ...facts(each),
    CurrentState: "Installed",
    OldVersion: each.installed,
    Version: each.available ?? each.installed,
    ...(each.name === "pve-manager" ? { ManagerVersion: `${each.installed}/14a22df3c0ffee00` } : {}),
    ...(each.name === "proxmox-ve" ? { RunningKernel: "6.17.2-1-pve" } : {}),
  }));

/** Reads the package lists anew: what the repositories offer is known afterwards. */
const refresh: Handler = (call) => {
  const state = packagesOf(call.world, nodeOf(call));
  const quiet = flag(call, "quiet");
  return call.startTask({
    node: nodeOf(call),
    type: "aptupdate",
    id: "",
    work: function* () {
      if (!quiet) {
        yield { log: "starting apt-get update" };
      }
      const enabled = state.files.flatMap((file) => file.repositories).filter((each) => each.enabled);
      for (const [n, { uri, suite }] of enabled.entries()) {
        yield { ms: 300, ...(quiet ? {} : { log: `Hit:${n + 1} ${uri} ${suite} InRelease` }) };
      }
      if (!quiet) {
        yield { ms: 500, log: "Reading package lists..." };
      }
      takeOffers(state, new Set(enabled.map(({ uri }) => (uri.includes("proxmox") ? "Proxmox" : "Debian"))));
    },
  });
};

function takeOffers(state: NodePackages, origins: ReadonlySet<string>): void {
  for (const each of state.packages) {
    const offer = state.offered[each.name];
    if (offer !== undefined && offer !== each.installed && origins.has(each.origin)) {
      each.available = offer;
    }
  }
}

const changelog: Handler = (call) => {
  const name = need(call, "name");
  const found = packagesOf(call.world, nodeOf(call)).packages.find((each) => each.name === name);
  if (found === undefined) {
    return `E: Unable to locate package ${name}\nE: No packages found\nRC: 100`;
  }
  const version = text(call, "version") ?? found.available ?? found.installed;
  return `${name} (${version}) trixie; urgency=medium\n\n  * ${found.title}: no changes are recorded in here\n`;
};

interface Standard {
  readonly handle: string;
  readonly name: string;
  readonly description: string;
  readonly uri: string;
  readonly components: readonly string[];
}

const standards: readonly Standard[] = [
  ["enterprise", "Enterprise", "For machines with a subscription.", "https://enterprise.proxmox.com", "pve-enterprise"],
  [
    "no-subscription",
    "No-Subscription",
    "For machines without one.",
    "http://download.proxmox.com",
    "pve-no-subscription",
  ],
  ["test", "Test", "What comes next, for trying out.", "http://download.proxmox.com", "pve-test"],
].map(([handle = "", name = "", description = "", host = "", component = ""]) => ({
  handle,
  name,
  description,
  uri: `${host}/debian/pve`,
  components: [component],
}));

/** SHA-256 over all files, 64 hex digits. */
function digestOf(files: readonly SourcesFile[]): string {
  return createHash("sha256").update(JSON.stringify(files)).digest("hex");
}

/** 1 and 0 for configured ones, by whether they are enabled; nothing for those that are not there. */
function status(files: readonly SourcesFile[], { components }: Standard): 0 | 1 | null {
  const found = files.flatMap((file) => file.repositories).filter((each) => each.components[0] === components[0]);
  if (found.length === 0) {
    return null;
  }
  return found.some((each) => each.enabled) ? 1 : 0;
}

const listRepositories: Handler = (call) => {
  const { files } = packagesOf(call.world, nodeOf(call));
  return {
    files: files.map(({ path, repositories }) => ({
      path,
      "file-type": "sources",
      digest: [...createHash("sha256").update(JSON.stringify(repositories)).digest()],
      repositories: repositories.map(({ uri, suite, components, enabled }) => ({
        Types: ["deb"],
        URIs: [uri],
        Suites: [suite],
        Components: components,
        Enabled: enabled ? 1 : 0,
        FileType: "sources",
      })),
    })),
    errors: [],
    infos: files.flatMap(({ path, repositories }) =>
      repositories.map((each, n) => ({
        path,
        index: String(n),
        kind: "origin",
        message: each.uri.includes("proxmox") ? "Proxmox" : "Debian",
      })),
    ),
    "standard-repos": standards.map((each) => ({
      handle: each.handle,
      name: each.name,
      description: each.description,
      status: status(files, each),
    })),
    digest: digestOf(files),
  };
};

const switchRepository: Handler = (call) => {
  const { files } = packagesOf(call.world, nodeOf(call));
  assertUnchanged(call, digestOf(files));
  const path = need(call, "path");
  const file = files.find((each) => each.path === path) ?? die(`invalid path - ${path}`);
  const entry = file.repositories[number(call, "index") ?? -1] ?? die(`invalid index - ${need(call, "index")}`);
  if (call.params["enabled"] !== undefined) {
    entry.enabled = flag(call, "enabled");
  }
};

const addRepository: Handler = (call) => {
  const { files } = packagesOf(call.world, nodeOf(call));
  assertUnchanged(call, digestOf(files));
  const handle = need(call, "handle");
  const standard = standards.find((each) => each.handle === handle) ?? die(`unknown repository handle '${handle}'`);
  assertNotEnabled(call, standard);
  const existing = files
    .flatMap((file) => file.repositories)
    .find((each) => each.components[0] === standard.components[0]);
  if (existing !== undefined) {
    existing.enabled = true;
    return;
  }
  const { uri, components } = standard;
  const path = `/etc/apt/sources.list.d/${handle === "enterprise" ? "pve-enterprise" : "proxmox"}.sources`;
  const file = files.find((each) => each.path === path);
  const entry = { uri, suite: "trixie", components, enabled: true };
  if (file === undefined) {
    files.push({ path, repositories: [entry] });
  } else {
    file.repositories.push(entry);
  }
};

function assertNotEnabled(call: Call, standard: Standard): void {
  if (status(packagesOf(call.world, nodeOf(call)).files, standard) === 1) {
    die(`standard repository '${standard.handle}' is already configured`);
  }
}

/** Packages: what is installed, what is newer, where it comes from. */
export const aptHandlers: Handlers = {
  "GET /nodes/{node}/apt": () => index.map((id) => ({ id })),
  "GET /nodes/{node}/apt/update": listUpdates,
  "POST /nodes/{node}/apt/update": refresh,
  "GET /nodes/{node}/apt/versions": listVersions,
  "GET /nodes/{node}/apt/changelog": changelog,
  "GET /nodes/{node}/apt/repositories": listRepositories,
  "POST /nodes/{node}/apt/repositories": switchRepository,
  "PUT /nodes/{node}/apt/repositories": addRepository,
};
