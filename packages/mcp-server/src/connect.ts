import type { PveClient } from "@pve/client";
import { createClients } from "@pve/client/node";
import type { ServerConfig } from "./config.js";
import { givesOf } from "./gives/gives.js";
import { createUpgradeOpener } from "./gives/upgrade-opener.js";
import type { Target } from "./target.js";

/** Somebody with PVE tokens of their own, by the name of the target. The tokens are secrets. */
export interface TokenHolder {
  readonly id: string;
  readonly pveTokens: Readonly<Record<string, string>>;
}

/** What connecting takes beside the configuration. */
interface Connecting {
  /** Callers who may have PVE tokens of their own; everybody else goes with the target's. */
  readonly callers?: readonly TokenHolder[];
  /** Hears of every request that was sent to a target, with the HTTP status of its answer, or `failed`. */
  readonly onPveRequest?: (target: string, outcome: string) => void;
}

/** Targets that are ready to be asked, and what no log may show. */
export interface Connected {
  readonly targets: readonly Target[];
  readonly secrets: readonly string[];
}

/** Makes the targets of a configuration. Nothing is sent before a tool is called. */
export function connectTargets(
  config: Pick<ServerConfig, "targets" | "gives">,
  connecting: Connecting = {},
): Connected {
  const { callers = [], onPveRequest } = connecting;
  const shared = givesOf(config.gives);
  const targets = config.targets.map(({ name, baseUrl, token, tls, allowed, rootPasswordFile }): Target => {
    const openUpgrade =
      rootPasswordFile === undefined ? {} : { openUpgrade: createUpgradeOpener({ baseUrl, tls }, rootPasswordFile) };
    const clients = createClients({
      baseUrl,
      ...(tls !== undefined && { tls }),
      ...(onPveRequest !== undefined && {
        onExchange: (status) => onPveRequest(name, status === undefined ? "failed" : String(status)),
      }),
    });
    const own = new Map(
      callers.flatMap(({ id, pveTokens: { [name]: theirs } }) => (theirs === undefined ? [] : [[id, theirs]])),
    );
    const clientOf = pooled((owner) => clients({ token: own.get(owner) ?? token }));
    const common = clients({ token });
    const gives = { ...shared, ...openUpgrade };
    return { name, allowed, gives, clientFor: ({ id }) => (own.has(id) ? clientOf(id) : common) };
  });
  const tokens = [
    ...config.targets.map(({ token }) => token),
    ...callers.flatMap(({ pveTokens }) => Object.values(pveTokens)),
  ];
  return { targets, secrets: tokens.flatMap((token) => [token, token.slice(token.indexOf("=") + 1)]) };
}

/** How many callers' clients are kept for a target; they share its connections, so one is soon made anew. */
const MOST_CLIENTS = 256;

/** Keeps what `make` makes for those who came last. */
function pooled(make: (owner: string) => PveClient): (owner: string) => PveClient {
  const kept = new Map<string, PveClient>();
  return (owner) => {
    const client = kept.get(owner) ?? make(owner);
    kept.delete(owner);
    kept.set(owner, client);
    const [eldest] = kept.keys();
    if (kept.size > MOST_CLIENTS && eldest !== undefined) kept.delete(eldest);
    return client;
  };
}
