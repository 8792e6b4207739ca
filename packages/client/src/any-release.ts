import type { PveClient, PveHandle } from "./client.js";
import { linkOf } from "./link.js";

/**
 * The client behind a handle, with the newest release's types: at run time there is but one client, and what this package
 * calls by itself every supported release knows.
 * @throws PveConfigError when it was not made by `createClient` of this package
 */
export function clientOf(handle: PveHandle): PveClient {
  linkOf(handle);
  return handle as PveClient;
}
