import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { SdnValue } from "../world-sdn.js";
import { flag, list, need, number } from "./guest-call.js";
import { assertFresh, withFileDigest } from "./sdn-files.js";
import { edit, givenSettings, readSections } from "./sdn-sections.js";

/** An entry's name in the file: its map and its place in it. */
function idOf(call: Call): string {
  return `${need(call, "route-map-id")}_${need(call, "order")}`;
}

function partsOf(id: string): { readonly "route-map-id": string; readonly order: number } {
  const cut = id.lastIndexOf("_");
  return { "route-map-id": id.slice(0, cut), order: Number(id.slice(cut + 1)) };
}

function given(call: Call): Record<string, SdnValue> {
  return givenSettings(call, ["route-map-id", "order"]);
}

const create: Handler = (call) =>
  edit(call, "creating route map entry failed", () => {
    assertFresh(call, ["routeMaps"]);
    const { routeMaps } = call.world.sdn.staged;
    const id = idOf(call);
    if (routeMaps.has(id)) {
      die(`route map entry already exists in configuration: ${id}`);
    }
    routeMaps.set(id, given(call));
  });

const update: Handler = (call) =>
  edit(call, "updating route map entry failed", () => {
    assertFresh(call, ["routeMaps"]);
    const { routeMaps } = call.world.sdn.staged;
    const changes = given(call);
    const remove = list(call, "delete");
    const before = routeMaps.get(idOf(call));
    if (before === undefined) {
      // Nothing to do is done, whether the entry is there or not.
      return Object.keys(changes).length + remove.length === 0
        ? undefined
        : die(`Could not find route map with id: ${idOf(call)}`);
    }
    const after: Record<string, SdnValue> = { ...before, ...changes };
    for (const key of remove) {
      delete after[key];
    }
    routeMaps.set(idOf(call), after);
  });

const remove: Handler = (call) =>
  edit(call, "deleting route map entry failed", () => {
    const { routeMaps, controllers } = call.world.sdn.staged;
    const map = need(call, "route-map-id");
    const isLast = [...routeMaps.keys()].filter((id) => partsOf(id)["route-map-id"] === map).length === 1;
    const user = [...controllers].find(([, each]) => [each["route-map-in"], each["route-map-out"]].includes(map));
    if (isLast && user !== undefined) {
      die(`route map ${map} still referenced by controller ${user[0]}`);
    }
    if (!routeMaps.delete(idOf(call))) {
      die(`could not find route map entry with id: ${idOf(call)}`);
    }
  });

/** The entries that the caller may see; of one map, if it is named. */
function shownEntries(call: Call, map?: string): Record<string, unknown>[] {
  const sections = readSections(call, "routeMaps", "route-map-id", (id) => partsOf(id));
  return withFileDigest(call, ["routeMaps"], sections)
    .filter(([id]) => {
      const name = partsOf(id)["route-map-id"];
      return map === undefined
        ? call.allowed(`/sdn/route-maps/${name}`, ["SDN.Audit", "SDN.Allocate"], "any")
        : name === map;
    })
    .map(([, view]) => view);
}

const listMaps: Handler = (call) => {
  const { running, staged } = call.world.sdn;
  const ids = [...(flag(call, "running") ? running : staged).routeMaps.keys()].map((id) => partsOf(id)["route-map-id"]);
  return [...new Set(ids)]
    .filter((id) => call.allowed(`/sdn/route-maps/${id}`, ["SDN.Audit", "SDN.Allocate"], "any"))
    .toSorted()
    .map((id) => ({ id }));
};

/** Route maps: what becomes of routes on their way in and out. */
export const sdnRouteMapHandlers: Handlers = {
  "GET /cluster/sdn/route-maps": listMaps,
  "GET /cluster/sdn/route-maps/entries": (call) => shownEntries(call),
  "POST /cluster/sdn/route-maps/entries": create,
  "GET /cluster/sdn/route-maps/entries/{route-map-id}": (call) => shownEntries(call, need(call, "route-map-id")),
  "GET /cluster/sdn/route-maps/entries/{route-map-id}/entry/{order}": (call) => {
    const entry = call.world.sdn.staged.routeMaps.get(idOf(call));
    return entry === undefined
      ? invalid({ "route-map-id": `${idOf(call)} doesn't exist` })
      : { ...entry, "route-map-id": need(call, "route-map-id"), order: number(call, "order") };
  },
  "PUT /cluster/sdn/route-maps/entries/{route-map-id}/entry/{order}": update,
  "DELETE /cluster/sdn/route-maps/entries/{route-map-id}/entry/{order}": remove,
};
