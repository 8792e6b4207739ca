import { isBefore } from "../contracts.js";
import { die, invalid } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import type { Storage } from "../world.js";
import { storageSeries } from "../world-series.js";
import { isConfiguredOn, isDirectory, usage } from "../world-storage.js";
import { flag, list, need, nodeOf, text } from "./guest-call.js";
import { seriesRequest } from "./series-request.js";
import { mayListStorage, storageConfigHandlers } from "./storage-config.js";
import { storageContentHandlers } from "./storage-content.js";
import { storageUploadHandlers } from "./storage-upload.js";

const index =
  "content download-url file-restore import-metadata identity oci-registry-pull prunebackups rrd rrddata status upload";

function nodeItem(storage: Storage, node: string, withFormats: boolean): Record<string, unknown> {
  const head = {
    storage: storage.storage,
    type: storage.type,
    content: storage.content.join(","),
    shared: storage.shared ? 1 : 0,
  };
  if (storage.disable || !isConfiguredOn(storage, node)) {
    return { ...head, enabled: 0, active: 0, total: 0, used: 0, avail: 0 };
  }
  const figures = usage(storage, node);
  const fraction = figures.total > 0 ? { used_fraction: figures.used / figures.total } : {};
  return { ...head, enabled: 1, active: 1, ...figures, ...fraction, ...(withFormats ? formats(storage) : {}) };
}

function formats(storage: Storage): Record<string, unknown> {
  const supported = isDirectory(storage) ? ["qcow2", "raw", "subvol", "vmdk"] : ["raw"];
  const chosen = String(storage.config["format"] ?? "raw");
  return {
    formats: { supported, default: chosen },
    format: [Object.fromEntries(supported.map((name) => [name, 1])), chosen],
  };
}

const listOnNode: Handler = (call) => {
  const node = nodeOf(call);
  const only = text(call, "storage");
  const content = list(call, "content");
  const target = text(call, "target");
  if (only !== undefined && !call.world.storages.has(only)) {
    invalid({ storage: "No such storage." });
  }
  return [...call.world.storages.values()]
    .filter((s) => only === undefined || s.storage === only)
    .filter((s) => mayListStorage(call, s))
    .filter((s) => content.length === 0 || s.content.some((c) => content.includes(c)))
    .filter((s) => !flag(call, "enabled") || (!s.disable && isConfiguredOn(s, node)))
    .filter((s) => target === undefined || target === node || reaches(s, node, target))
    .map((s) => nodeItem(s, node, flag(call, "format")));
};

function reaches(storage: Storage, node: string, target: string): boolean {
  return storage.shared && isConfiguredOn(storage, node) && isConfiguredOn(storage, target);
}

const storageStatus: Handler = (call) => {
  const storage = call.world.storages.get(need(call, "storage"));
  if (storage === undefined) {
    return invalid({ storage: "No such storage." });
  }
  const { storage: _id, used_fraction: _fraction, ...rest } = nodeItem(storage, nodeOf(call), false);
  return rest;
};

const storageHistory: Handler = (call) => {
  const id = need(call, "storage");
  const node = nodeOf(call);
  const storage = call.world.storages.get(id);
  if (storage === undefined || storage.disable) {
    return die(
      `RRD error: rrdcached@unix:/var/run/rrdcached.sock: rrd_fetch_r failed: opening '/var/lib/rrdcached/db/${isBefore(call.world.release, "9.0") ? "pve2-storage" : "pve-storage-9.0"}/${node}/${id}': No such file or directory`,
    );
  }
  return storageSeries(storage, node, seriesRequest(call));
};

/** Storages: definitions, figures and content. */
export const storageHandlers: Handlers = {
  ...storageConfigHandlers,
  "GET /nodes/{node}/storage": listOnNode,
  "GET /nodes/{node}/storage/{storage}": () => index.split(" ").map((subdir) => ({ subdir })),
  "GET /nodes/{node}/storage/{storage}/status": storageStatus,
  "GET /nodes/{node}/storage/{storage}/rrddata": storageHistory,
  ...storageContentHandlers,
  ...storageUploadHandlers,
};
