import { clientOf } from "./any-release.js";
import type { CallOptions } from "./call-options.js";
import type { PveClient, PveHandle } from "./client.js";
import { PveParameterError, PveRequestError, PveTaskError } from "./errors.js";
import { linkOf } from "./link.js";

/** Where to look for a VMID, and how long. */
export interface FreeVmidOptions {
  /** First and last VMID to use. Default: PVE's own range (`next-id` of the datacenter options). */
  readonly range?: readonly [first: number, last: number] | undefined;
  /** How often another VMID is tried when one was taken in the meantime. Default: 20. */
  readonly attempts?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const LAST = 999_999_999;
const ATTEMPTS = 20;

/** VMIDs that work of this process is about to use, by transport: clients with other options share it. */
const reserved = new WeakMap<object, Set<number>>();

/**
 * Finds a free VMID and hands it to `work`, which creates a guest with it. PVE reserves nothing, so somebody else may be
 * faster; when PVE refuses because that very VMID exists, `work` is called again with another one, and for no other
 * reason. Calls side by side in one process never get the same VMID. Waiting for the task inside `work` covers the
 * moment in which the task itself finds the VMID taken.
 * @throws PveParameterError when the range holds no free VMID; else whatever `work` throws
 * @example await withFreeVmid(pve, async (newid) => (await pve.nodes("pve1").qemu(9000).clone.post({ newid })).done())
 */
export async function withFreeVmid<T>(
  pve: PveHandle,
  work: (vmid: number) => Promise<T>,
  options: FreeVmidOptions = {},
): Promise<T> {
  const { attempts = ATTEMPTS } = options;
  const taken = new Set<number>();
  for (let attempt = 1; ; attempt += 1) {
    const { vmid, release } = await reserve(clientOf(pve), taken, options);
    try {
      return await work(vmid);
    } catch (error) {
      if (attempt >= attempts || !saysTaken(error, vmid)) throw error;
      taken.add(vmid);
    } finally {
      release();
    }
  }
}

async function reserve(pve: PveClient, taken: Set<number>, { range, signal }: FreeVmidOptions) {
  const { transport } = linkOf(pve);
  const busy = reserved.get(transport) ?? new Set<number>();
  reserved.set(transport, busy);
  const call = { signal };
  const offered = range === undefined ? Number(await pve.call("GET /cluster/nextid", {}, call)) : undefined;
  const [first, last] = range ?? [offered ?? LAST, LAST];
  const known = range === undefined ? new Set<number>() : await visible(pve, call);
  for (let vmid = first; vmid <= last; vmid += 1) {
    if (taken.has(vmid) || busy.has(vmid) || known.has(vmid)) continue;
    // Before asking, so that nobody else in this process asks for the same.
    busy.add(vmid);
    const isOurs = vmid === offered || (await isFree(pve, vmid, call));
    if (isOurs) return { vmid, release: () => busy.delete(vmid) };
    busy.delete(vmid);
    taken.add(vmid);
  }
  throw new PveParameterError({
    operation: "withFreeVmid",
    problems: { range: `${first} to ${last} holds no free VMID` },
  });
}

/** Saves a question for each guest that the caller can see; the others are asked about. */
async function visible(pve: PveClient, call: CallOptions): Promise<Set<number>> {
  const guests = await pve.call("GET /cluster/resources", { type: "vm" }, call);
  return new Set(guests.map(({ vmid }) => Number(vmid)));
}

async function isFree(pve: PveClient, vmid: number, call: CallOptions): Promise<boolean> {
  try {
    await pve.call("GET /cluster/nextid", { vmid }, call);
    return true;
  } catch (error) {
    if (saysTaken(error, vmid)) return false;
    throw error;
  }
}

/** Whether an error says that this very VMID exists, and not that something else does. */
function saysTaken(error: unknown, vmid: number): boolean {
  const texts =
    error instanceof PveRequestError
      ? [error.reason, ...Object.values(error.fields)]
      : error instanceof PveTaskError
        ? [error.exitstatus]
        : [];
  const exists = new RegExp(`\\b(?:VM|CT) ${vmid}\\b[\\s\\S]*already exists`);
  return texts.some((text) => exists.test(text));
}
