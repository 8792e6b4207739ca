import type { ResultOf } from "@pve/client";
import { ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import { type Invocation, textOf } from "../invocation.js";
import { nearNames } from "../near-names.js";

/** A storage as it is on one node. */
export type Place = ResultOf<"GET /cluster/resources">[number] & { readonly node: string; readonly storage: string };

/** Every place of every storage that is switched on and that the token may see. */
export async function allPlaces(call: Invocation): Promise<readonly Place[]> {
  const rows = await call.pve.call("GET /cluster/resources", { type: "storage" }, call.watch);
  return rows.filter(isPlace).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The places of one storage. Throws `ToolNotFoundError` when there is none. */
export async function placesOf(call: Invocation, storage: string): Promise<readonly Place[]> {
  const all = await allPlaces(call);
  const places = all.filter((place) => place.storage === storage);
  if (places.length > 0) return places;
  const names = [...new Set(all.map((place) => place.storage))];
  const near = nearNames(storage, names);
  throw new ToolNotFoundError(
    `there is no storage ${storage}, or it is switched off, or the token may not see it`,
    near.length > 0
      ? `Did you mean ${near.join(" or ")}?`
      : `There are: ${names.join(", ") || "none that the token may see"}.`,
  );
}

/** Where to read the content: a shared storage has the same on every node, a local one its own on each. */
export function placesToRead(places: readonly Place[]): readonly Place[] {
  const usable = places.filter((place) => place.status === "available");
  const shared = new Set<string>();
  return usable.filter((place) => {
    if (place.shared !== true) return true;
    const first = !shared.has(place.storage);
    shared.add(place.storage);
    return first;
  });
}

/** The notes about places that could not be read. */
export function unusable(places: readonly Place[]): readonly string[] {
  return places
    .filter((place) => place.status !== "available")
    .map((place) => `${place.storage} on ${place.node} could not be read: it is ${place.status}`);
}

/** What each kind of content is called. */
const CONTENTS: Readonly<Record<string, string>> = { vztmpl: "templates (vztmpl)", backup: "backups" };

/**
 * The first place of a storage that is reached, on the node the caller names or any, and takes the content. Throws
 * `ToolPreconditionError` when there is none.
 */
export function placeFor(call: Invocation, places: readonly Place[], content: string): Place {
  const wanted = textOf(call.args, "node_name");
  const usable = places.filter((place) => place.status === "available" && [undefined, place.node].includes(wanted));
  const [place] = usable.filter((one) => contentOf(one).includes(content));
  if (place !== undefined) return place;
  const name = String(places[0]?.storage);
  throw new ToolPreconditionError(
    usable.length === 0
      ? `storage ${name} cannot be reached${wanted === undefined ? "" : ` on ${wanted}`}`
      : `storage ${name} takes no ${CONTENTS[content] ?? content}`,
    `get_storage shows which storages take ${content}; update_storage can allow it.`,
  );
}

/** Whether a node lacks a storage. Of one that the token sees nowhere, nothing can be said. */
export function isMissing(places: readonly Place[], storage: string, node: string): boolean {
  const all = places.filter((place) => place.storage === storage);
  return all.length > 0 && !all.some((place) => place.node === node);
}

/** What may lie on a storage. */
export function contentOf({ content }: { readonly content?: unknown }): readonly string[] {
  return Array.isArray(content) ? content.map(String) : String(content ?? "").split(",");
}

function isPlace(row: ResultOf<"GET /cluster/resources">[number]): row is Place {
  return row.node !== undefined && row.storage !== undefined;
}
