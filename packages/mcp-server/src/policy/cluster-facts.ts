import type { PveClient } from "@pve/client";
import { judge } from "@pve/tools";
import type { ApiRequest } from "./api-request.js";
import { grantsOf } from "./permission.js";
import { recordOf, type Settings, settingsOf } from "./record.js";

/** What rules ask about a guest. */
export interface GuestFact {
  readonly vmid: number;
  readonly node: string;
  readonly name?: string;
  readonly tags: readonly string[];
  readonly pool?: string;
  readonly status?: string;
  /** The state that HA keeps it in, where HA looks after it. */
  readonly hastate?: string;
}

/** The guests that can be seen, by VMID; undefined when they cannot be read. */
export type GuestFacts = ReadonlyMap<number, GuestFact> | undefined;

/** What rules ask the cluster about, and only where one needs to know; the same thing is asked once at most. */
export interface ClusterFacts {
  readonly guests: () => Promise<GuestFacts>;
  /** Whether those are all there are: PVE lists a guest only to who may see it. */
  readonly seesEveryGuest: () => Promise<boolean>;
  /** The settings of what a request changes or deletes; undefined when they cannot be read. */
  readonly settings: (request: ApiRequest) => Promise<Settings | undefined>;
}

/** Asks a cluster as a client of it. Routes: `GET /cluster/resources`, `GET /access/permissions`, and the record's own. */
export function createClusterFacts(client: PveClient, now: () => number, signal: AbortSignal): ClusterFacts {
  let reading: Promise<GuestFacts> | undefined;
  const records = new Map<string, Promise<object | undefined>>();
  return {
    guests() {
      reading ??= readGuests(client, signal).catch(() => undefined);
      return reading;
    },
    async seesEveryGuest() {
      const grants = await grantsOf(client, now());
      // Whoever may read the configuration of a guest that is not named may see each of them.
      return grants !== undefined && judge(SEEN, { node: "localhost" }, grants).verdict === "allowed";
    },
    async settings(request) {
      const key = JSON.stringify([request.route, request.params]);
      const record = records.get(key) ?? recordOf(client, request, signal);
      records.set(key, record);
      const found = await record;
      return found && settingsOf(found);
    },
  };
}

const SEEN = "GET /nodes/{node}/qemu/{vmid}/config";

async function readGuests(client: PveClient, signal: AbortSignal): Promise<GuestFacts> {
  const rows = await client.call("GET /cluster/resources", { type: "vm" }, { signal });
  return new Map(
    rows.flatMap(({ vmid, node, name, tags, pool, status, hastate }): [number, GuestFact][] => {
      if (vmid === undefined || node === undefined) return [];
      const known = {
        ...(name !== undefined && { name }),
        ...(pool !== undefined && pool !== "" && { pool }),
        ...(status !== undefined && { status: String(status) }),
        ...(hastate !== undefined && { hastate: String(hastate) }),
      };
      return [[vmid, { vmid, node, tags: tags ?? [], ...known }]];
    }),
  );
}
