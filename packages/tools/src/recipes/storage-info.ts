import { type Answer, type Invocation, textOf } from "../invocation.js";
import { isRecord, type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema, plain } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { type Place, placesOf } from "./storage-places.js";

const number: JsonSchema = { type: "number" };
const text: JsonSchema = { type: "string" };

/** Bytes of a storage, and the share of them in use. */
const space = {
  total: number,
  used: number,
  available: number,
  percent: { type: "number", description: "Share in use, 0 to 100." },
} as const;

/** A storage's configuration, and how it stands on its nodes. */
export const storageInfoOutput = openObject(
  {
    storage: text,
    config: { type: "object", description: "Its settings; absent when the token may not read them." },
    nodes: listOf(
      openObject({ node: text, status: text, active: { type: "boolean" }, ...space }, ["node", "status"]),
      "Bytes, per node.",
    ),
    notes: notesSchema,
  },
  ["storage", "nodes"],
);

/** What room a storage has. */
export const storageQuotaOutput = openObject(
  {
    storage: text,
    type: text,
    shared: { type: "boolean", description: "One space for all nodes; otherwise each node has its own." },
    ...space,
    nodes: listOf(openObject({ node: text, status: text, ...space }, ["node", "status"]), "Bytes, per node."),
    notes: notesSchema,
  },
  ["storage", "shared", "nodes"],
);

/** The settings of a storage, which only its administrators may read, and its state on every node that has it. */
export async function storageInfo(call: Invocation): Promise<Answer> {
  const storage = String(call.params["storage"]);
  const places = await placesOf(call, storage);
  const config = await attempt("the settings", call.pve.call("GET /storage/{storage}", { storage }, call.watch));
  const states = await Promise.all(places.map((place) => stateOn(call, place)));
  const settings = foundOf(config);
  const notes = [...missingOf([config]), ...states.flatMap((state) => state.missing)];
  return {
    storage,
    ...(isRecord(settings) && { config: plain(settings) }),
    nodes: states.map((state) => state.fields),
    ...(notes.length > 0 && { notes }),
  };
}

async function stateOn(call: Invocation, place: Place) {
  const { node, storage } = place;
  const head = { node, status: place.status ?? "unknown" };
  if (place.status !== "available") return { fields: head, missing: [] };
  const status = await attempt(
    `its state on ${node}`,
    call.pve.call("GET /nodes/{node}/storage/{storage}/status", { node, storage }, call.watch),
  );
  const state = foundOf(status);
  if (state === undefined) return { fields: head, missing: missingOf([status]) };
  return {
    fields: { ...head, active: state.active === true, ...spaceOf(state.total, state.used, state.avail) },
    missing: [],
  };
}

/** Total, used and available bytes of a storage: once where it is shared, and per node. */
export async function storageQuota(call: Invocation): Promise<Answer> {
  const storage = String(call.args["storage"]);
  const places = await placesOf(call, storage);
  const shared = places.some((place) => place.shared === true);
  const known = places.filter((place) => place.maxdisk !== undefined);
  const counted = shared ? known.slice(0, 1) : known;
  const silent = places.filter((place) => place.maxdisk === undefined).map((place) => place.node);
  return {
    storage,
    type: textOf({ ...places[0] }, "plugintype"),
    shared,
    ...spaceOf(sum(counted, "maxdisk"), sum(counted, "disk")),
    nodes: places.map((place) => ({
      node: place.node,
      status: place.status ?? "unknown",
      ...spaceOf(place.maxdisk, place.disk),
    })),
    ...(silent.length > 0 && { notes: [`Without figures: ${silent.join(", ")}.`] }),
  };
}

function sum(places: readonly Place[], field: "disk" | "maxdisk"): number | undefined {
  return places.length === 0 ? undefined : places.reduce((total, place) => total + (place[field] ?? 0), 0);
}

function spaceOf(
  total: number | undefined,
  used: number | undefined,
  available = total === undefined ? undefined : total - (used ?? 0),
) {
  if (total === undefined || used === undefined) return {};
  return { total, used, available, percent: total === 0 ? 0 : Math.round((used / total) * 1000) / 10 };
}
