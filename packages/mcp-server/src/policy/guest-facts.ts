import type { PveClient } from "@pve/client";

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

/** Asks for the guests at most once, and only when somebody wants to know. Route: `GET /cluster/resources`. */
export function createGuestReader(client: PveClient, signal: AbortSignal): () => Promise<GuestFacts> {
  let reading: Promise<GuestFacts> | undefined;
  return () => {
    reading ??= readGuests(client, signal).catch(() => undefined);
    return reading;
  };
}

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
