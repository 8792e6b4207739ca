import type { CallDefaults } from "./call-options.js";
import type { Authenticator } from "./credentials.js";
import type { Endpoints } from "./endpoints.js";
import { PveConfigError } from "./errors.js";
import type { Transport } from "./transport.js";

/** What uploads, downloads and consoles need of a client beyond its calls. Not reachable from outside the package. */
export interface ClientLink {
  /** The first address, for which requests are written, without a slash at the end and without `/api2/json`. */
  readonly baseUrl: string;
  readonly endpoints: Endpoints;
  readonly auth: Authenticator;
  readonly transport: Transport;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly now: () => number;
  /** Wants to hear of requests before they are sent. */
  readonly before?: CallDefaults["before"] | undefined;
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
