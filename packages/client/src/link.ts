import type { Authenticator } from "./credentials.js";
import { PveConfigError } from "./errors.js";
import type { Transport } from "./transport.js";

/** What uploads, downloads and consoles need of a client beyond its calls. Not reachable from outside the package. */
export interface ClientLink {
  /**
   * Where requests go at the moment, without a slash at the end and without `/api2/json`. With several addresses a path
   * (`/api2/json/nodes/pve2/…`) may have a node of its own that is nearer.
   */
  readonly baseUrl: (path?: string) => string;
  readonly auth: Authenticator;
  readonly transport: Transport;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly now: () => number;
}

const links = new WeakMap<object, ClientLink>();

/** Remembers what stands behind a client. */
export function linkClient(client: object, link: ClientLink): void {
  links.set(client, link);
}

/**
 * What stands behind a client.
 * @throws PveConfigError when it was not made by `createClient` of this package
 */
export function linkOf(client: object): ClientLink {
  const link = links.get(client);
  if (link === undefined) throw new PveConfigError("the first argument must be a client that createClient returned");
  return link;
}
