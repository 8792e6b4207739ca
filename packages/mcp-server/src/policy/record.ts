import type { PveClient } from "@pve/client";
import type { ApiRequest } from "./api-request.js";

/** The settings of an object as texts; what is no plain value is left out. */
export type Settings = Readonly<Record<string, string>>;

type LooseCall = (route: string, params: object, options: object) => Promise<unknown>;

/** The route that reads what a request changes; undefined where there is none. */
export function readingOf(route: string): string | undefined {
  const guest = /^\w+ (\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\})(?!\/firewall)/.exec(route)?.[1];
  if (guest !== undefined) return `GET ${guest}/config`;
  return /^(?:PUT|DELETE) .*\}/.test(route) ? route.replace(/^\w+/, "GET") : undefined;
}

/** The object that a request changes or deletes, as PVE sends it; undefined where it cannot be read. */
export async function recordOf(
  client: PveClient,
  { route, params }: ApiRequest,
  signal: AbortSignal,
): Promise<object | undefined> {
  const reading = readingOf(route);
  if (reading === undefined) return undefined;
  const names = [...reading.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
  const place = Object.fromEntries(names.map((name) => [name, params[name]]));
  const call = client.call as LooseCall;
  try {
    const record = await call.call(client, reading, place, { signal, decode: "raw" });
    return typeof record === "object" && record !== null && !Array.isArray(record) ? record : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** A record's plain values as texts. */
export function settingsOf(record: object): Settings {
  const plain = Object.entries(record).filter(([, value]) => typeof value !== "object" && value !== undefined);
  return Object.fromEntries(plain.map(([key, value]) => [key, String(value)]));
}
