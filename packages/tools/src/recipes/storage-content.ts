import type { ResultOf } from "@pve/client";
import { ToolNotFoundError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { isRecord, type JsonSchema, type ObjectSchema, openObject } from "../schema.js";
import { withMore } from "../task-answer.js";
import { isoOf } from "../time.js";
import { filterRows, type Row, windowOf, windowSchema } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { allPlaces, contentOf, type Place, placesOf, placesToRead, unusable } from "./storage-places.js";

type Volume = ResultOf<"GET /nodes/{node}/storage/{storage}/content">[number];

const DAY = 86_400;

/** A window over volumes. */
export function storageContentOutput(items: JsonSchema): ObjectSchema {
  return windowSchema(items, {
    totals: {
      type: "object",
      description: "By kind of content: volumes, and the bytes they take, as far as the storage tells.",
      additionalProperties: openObject({ volumes: { type: "integer" }, bytes: { type: "number" } }),
    },
  });
}

/** A window over backups. */
export function backupsOutput(): ObjectSchema {
  return windowSchema({
    type: "object",
    properties: {
      volid: { type: "string", description: "What a restore takes as backup_id." },
      storage: { type: "string" },
      node: { type: "string", description: "Where it lies, if the storage is not shared." },
      vmid: { type: "number" },
      type: { type: "string", description: "qemu or lxc." },
      created: { type: "string", description: "UTC." },
      age_days: { type: "number" },
      size: { type: "number", description: "Bytes." },
      format: { type: "string" },
      protected: { type: "boolean", description: "It cannot be deleted." },
      encrypted: { type: ["boolean", "string"] },
      verification: { type: "string", description: "What the last check of a backup server found." },
      notes: { type: "string", description: "Written by whoever made it." },
    },
  });
}

/** The volumes of one storage; those of a local one from every node that has it, with the node named. */
export async function storageContent(call: Invocation): Promise<Answer> {
  const places = await placesOf(call, String(call.params["storage"]));
  const { rows, notes } = await readPlaces(call, onNode(call, places), textOf(call.params, "content"));
  const found = filterRows(rows, call.args["filter"]);
  return withMore({ ...windowOf(found, call.args, call.tool.entry.keep) }, { totals: totalsOf(found) }, notes);
}

/** What takes the space: a thin disk counts with what it uses, where that is known. */
function totalsOf(rows: readonly Row[]): { readonly [content: string]: { volumes: number; bytes: number } } {
  const totals: Record<string, { readonly volumes: number; readonly bytes: number }> = {};
  for (const { content, used, size } of rows) {
    const { volumes, bytes } = totals[String(content)] ?? { volumes: 0, bytes: 0 };
    totals[String(content)] = { volumes: volumes + 1, bytes: bytes + Number(used ?? size ?? 0) };
  }
  return totals;
}

/** The backups in the cluster, or of one storage or guest: newest first, with their age. */
export async function listBackups(call: Invocation): Promise<Answer> {
  const storage = textOf(call.params, "storage");
  const places = storage === undefined ? await allPlaces(call) : await placesOf(call, storage);
  const holding = places.filter((place) => storage !== undefined || contentOf(place).includes("backup"));
  const { rows, notes } = await readPlaces(call, onNode(call, holding), "backup");
  const newest = [...rows]
    .sort((a, b) => Number(b["ctime"]) - Number(a["ctime"]))
    .map((row) => showBackup(row, call.now()));
  return withMore({ ...windowOf(filterRows(newest, call.args["filter"]), call.args, undefined) }, {}, notes);
}

/** The places on the node that is named. An empty answer would not say that the node, or the storage there, is missing. */
function onNode(call: Invocation, places: readonly Place[]): readonly Place[] {
  const node = textOf(call.params, "node");
  const there = node === undefined ? places : places.filter((place) => place.node === node);
  if (there.length > 0 || places.length === 0) return there;
  const nodes = [...new Set(places.map((place) => place.node))].join(", ");
  throw new ToolNotFoundError(
    `node ${String(node)} has no such storage, or there is no such node`,
    `It is on: ${nodes}. Leave node_name out to read all of them.`,
  );
}

async function readPlaces(call: Invocation, places: readonly Place[], content: string | undefined) {
  const vmid = call.params["vmid"];
  const filters = { ...(content !== undefined && { content }), ...(typeof vmid === "number" && { vmid }) };
  const usable = placesToRead(places);
  const lists = await Promise.all(
    usable.map(async (place) => {
      const { node, storage } = place;
      const list = await attempt(
        `${storage} on ${node}`,
        call.pve.call("GET /nodes/{node}/storage/{storage}/content", { node, storage, ...filters }, call.watch),
      );
      return { place, list };
    }),
  );
  const rows = lists.flatMap(({ place, list }) => (foundOf(list) ?? []).map((volume) => locatedVolume(volume, place)));
  return { rows, notes: [...unusable(places), ...missingOf(lists.map(({ list }) => list))] };
}

/** A volume with its storage, and with its node where the storage is not shared. */
function locatedVolume(volume: Volume, place: Place): Row {
  return { ...volume, storage: place.storage, ...(place.shared !== true && { node: place.node }) };
}

function showBackup(row: Row, now: number): Row {
  const { volid, storage, node, vmid, ctime, size, format, encrypted, verification, notes } = row;
  const created =
    typeof ctime === "number"
      ? { created: isoOf(ctime), age_days: Math.round((now / 1000 - ctime) / (DAY / 10)) / 10 }
      : {};
  const checked = isRecord(verification) ? { verification: String(verification["state"]) } : {};
  const type = row["subtype"] ?? /\bvzdump-(qemu|lxc)-/.exec(String(volid))?.[1];
  return {
    volid,
    storage,
    node,
    vmid,
    type,
    ...created,
    size,
    format,
    protected: row["protected"] === true,
    encrypted,
    ...checked,
    notes,
  };
}
