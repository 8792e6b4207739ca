import { createHash } from "node:crypto";
import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { assertUnmodified, changeSection, checkNewSection, pickSection, type Section } from "../section-config.js";
import type { Config, Storage, World } from "../world.js";
import { storageNamed } from "../world-storage.js";
import { type StorageType, secretOptions, storageTypes } from "../world-storage-types.js";
import { list, need, text } from "./guest-call.js";
import { underLock } from "./locked.js";

const terabyte = 1024 ** 4;

/** The privileges of which one is enough to see a storage in lists. */
const visible = ["Datastore.Audit", "Datastore.AllocateSpace"];

/** Whether lists show the storage to the caller. */
export function mayListStorage(call: Call, storage: Storage): boolean {
  return call.allowed(`/storage/${storage.storage}`, visible, "any");
}

/** SHA-1 of all of storage.cfg: every storage shows the same digest. */
function digest(world: World): string {
  const hash = createHash("sha1");
  for (const { volumes: _volumes, nodes, ...storage } of world.storages.values()) {
    hash.update(JSON.stringify([storage, nodes ?? []]));
  }
  return hash.digest("hex");
}

function configItem(call: Call, storage: Storage): Record<string, unknown> {
  return {
    storage: storage.storage,
    type: storage.type,
    content: storage.content.join(","),
    ...(storage.shared ? { shared: 1 } : {}),
    ...storage.config,
    ...(storage.disable ? { disable: 1 } : {}),
    ...(storage.nodes === undefined ? {} : { nodes: storage.nodes.join(",") }),
    digest: digest(call.world),
  };
}

const listConfig: Handler = (call) => {
  const type = text(call, "type");
  return [...call.world.storages.values()]
    .filter((s) => (type === undefined || s.type === type) && mayListStorage(call, s))
    .map((s) => configItem(call, s));
};

function typeNamed(name: string): StorageType {
  return storageTypes[name] ?? die(`unknown storage type '${name}'`);
}

/** What the call sets, as it is stored: content types the storage cannot take are dropped, as PVE drops them. */
function given(call: Call, type: StorageType): Section {
  const section = pickSection(call.params, ["storage", "type", "digest", "delete"]);
  const content = list(call, "content").filter((kind) => type.content.includes(kind));
  if (content.includes("none") && content.length > 1) {
    die("unable to combine 'none' with other content types");
  }
  return section["content"] === undefined ? section : { ...section, content: content.join(",") };
}

/** Puts a section's common keys where the world keeps them and leaves the rest in `config`. */
function apply(storage: Storage, section: Section): void {
  const { content, nodes, disable, shared, ...rest } = section;
  storage.content = splitWords(content);
  const named = splitWords(nodes);
  if (named.length > 0) {
    storage.nodes = named;
  } else {
    delete storage.nodes;
  }
  storage.disable = disable === 1;
  storage.shared = storageTypes[storage.type]?.shared === true || shared === 1;
  for (const key of Object.keys(storage.config)) {
    delete storage.config[key];
  }
  for (const [key, value] of Object.entries(rest)) {
    if (typeof value !== "object" && (!secretOptions.includes(key) || key === "encryption-key")) {
      storage.config[key] = value;
    }
  }
  if (shared === 0) {
    storage.config["shared"] = 0;
  }
}

function splitWords(value: Section[string] | undefined): string[] {
  return String(value ?? "")
    .split(",")
    .filter((word) => word !== "");
}

/** The reverse of {@link apply}. */
function sectionOf(storage: Storage): Section {
  return {
    content: storage.content.join(","),
    ...(storage.nodes === undefined ? {} : { nodes: storage.nodes.join(",") }),
    ...(storage.disable ? { disable: 1 } : {}),
    ...(storage.shared ? { shared: 1 } : {}),
    ...storage.config,
  };
}

/** A fresh storage is as large as the disk it would lie on: the root file system for a plain folder. */
function sizeOf(world: World, type: string): number {
  const root = world.nodes.get(world.entry)?.rootfs ?? terabyte;
  return type === "dir" || type === "btrfs" ? root : terabyte;
}

const create: Handler = (call) => {
  const { world } = call;
  const id = need(call, "storage");
  const name = need(call, "type");
  const type = typeNamed(name);
  const section = given(call, type);
  checkNewSection(section, type.options);
  return underLock("create storage failed", () => {
    if (world.storages.has(id)) {
      die(`storage ID '${id}' already defined`);
    }
    const config: Config = {};
    const base = { storage: id, type: name, content: [], shared: false, config, overhead: 0, volumes: [] };
    const storage: Storage = { ...base, total: sizeOf(world, name) };
    apply(storage, {
      content: type.initial.join(","),
      ...(type.mounted ? { path: `/mnt/pve/${id}` } : {}),
      ...section,
    });
    world.storages.set(id, storage);
    return { storage: id, type: name, ...keepKey(call, storage) };
  });
};

/** The key of a backup storage: as given, or made up on request. */
function keyOf(call: Call): string | undefined {
  const key = text(call, "encryption-key");
  if (key !== "autogen") {
    return key;
  }
  const octets = Array.from({ length: 64 }, () => call.world.random.integer(256));
  const created = new Date(call.now() * 1000).toISOString();
  const fingerprint = octets.slice(0, 32).map((octet) => octet.toString(16).padStart(2, "0"));
  const data = Buffer.from(octets.slice(32)).toString("base64");
  return JSON.stringify({ kdf: null, created, modified: created, data, fingerprint: fingerprint.join(":") });
}

/** Backup servers answer with the key, which is shown this once; the definition keeps its fingerprint. */
function keepKey(call: Call, storage: Storage): { config?: Record<string, unknown> } {
  if (storage.type !== "pbs") {
    return {};
  }
  const key = keyOf(call);
  if (key === undefined) {
    return { config: {} };
  }
  storage.config["encryption-key"] = /"fingerprint":"([^"]+)"/.exec(key)?.[1] ?? 1;
  return { config: { "encryption-key": key } };
}

const update: Handler = (call) => {
  const id = need(call, "storage");
  return underLock("update storage failed", () => {
    const storage = storageNamed(call.world, id);
    assertUnmodified(digest(call.world), call.params["digest"]);
    const type = typeNamed(storage.type);
    const section = sectionOf(storage);
    changeSection(section, given(call, type), list(call, "delete"), type.options);
    apply(storage, { content: type.initial.join(","), ...section });
    return { storage: id, type: storage.type, ...keepKey(call, storage) };
  });
};

/** The volumes stay where they are; rights and pool membership go. */
const remove: Handler = (call) => {
  const id = need(call, "storage");
  underLock("delete storage failed", () => {
    const { world } = call;
    storageNamed(world, id);
    if ([...world.storages.values()].some((s) => String(s.config["base"] ?? "").startsWith(`${id}:`))) {
      die("can't remove storage - storage is used as base of another storage");
    }
    world.storages.delete(id);
    for (const pool of world.pools.values()) {
      pool.storages.delete(id);
    }
    world.access.acl = world.access.acl.filter((entry) => entry.path !== `/storage/${id}`);
  });
};

/** The definitions in storage.cfg. */
export const storageConfigHandlers: Handlers = {
  "GET /storage": listConfig,
  "POST /storage": create,
  "GET /storage/{storage}": (call) => configItem(call, storageNamed(call.world, need(call, "storage"))),
  "PUT /storage/{storage}": update,
  "DELETE /storage/{storage}": remove,
};
