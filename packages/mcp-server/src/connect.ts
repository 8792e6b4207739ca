import type { PveClient } from "@pve/client";
import type { createClients } from "@pve/client/node";
import type { ServerConfig } from "./config.js";
import { givesOf } from "./gives/gives.js";
import { createUpgradeOpener } from "./gives/upgrade-opener.js";
import type { Target } from "./target.js";

/** Somebody with PVE tokens of their own, by the name of the target. The tokens are secrets. */
export interface TokenHolder {
  readonly id: string;
  readonly pveTokens: Readonly<Record<string, string>>;
}

type Configured = Pick<ServerConfig, "targets" | "gives">;

/** What connecting takes beside the configuration. */
interface ConnectOptions {
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

/** Targets that can be asked once `prepare` has ended, which takes longer than greeting a client. */
export interface Connecting extends Connected {
  readonly prepare: () => Promise<void>;
}

/** Makes the targets of a configuration. Nothing is sent before one is asked. */
export async function connectTargets(config: Configured, options: ConnectOptions = {}): Promise<Connected> {
  const { prepare, ...connected } = beginConnecting(config, options);
  await prepare();
  return connected;
}

/** The same for whoever has something to do before targets are asked: `prepare` loads what speaks to clusters. */
export function beginConnecting(config: Configured, options: ConnectOptions = {}): Connecting {
  const { callers = [], onPveRequest } = options;
  const shared = givesOf(config.gives);
  let create: typeof createClients | undefined;
  const targets = config.targets.map(
    ({ name, baseUrl, token, tls, allowed, release, rootPasswordFile, policy, limits = {} }): Target => {
      const openUpgrade =
        rootPasswordFile === undefined ? {} : { openUpgrade: createUpgradeOpener({ baseUrl, tls }, rootPasswordFile) };
      const options = {
        baseUrl,
        ...limits,
        ...(tls !== undefined && { tls }),
        ...(onPveRequest !== undefined && {
          onExchange: (status: number | undefined) =>
            onPveRequest(name, status === undefined ? "failed" : String(status)),
        }),
      };
      let clients: ReturnType<typeof createClients> | undefined;
      const clientWith = (own: string): PveClient => {
        if (create === undefined) throw new Error("a target was asked before it was prepared");
        clients ??= create(options);
        return clients({ token: own });
      };
      const own = new Map(
        callers.flatMap(({ id, pveTokens: { [name]: theirs } }) => (theirs === undefined ? [] : [[id, theirs]])),
      );
      const clientOf = pooled((owner) => clientWith(own.get(owner) ?? token));
      let common: PveClient | undefined;
      return {
        name,
        allowed,
        gives: { ...shared, ...openUpgrade },
        ...(policy !== undefined && { policy }),
        ...(release !== undefined && { release }),
        clientFor({ id }) {
          if (own.has(id)) return clientOf(id);
          common ??= clientWith(token);
          return common;
        },
      };
    },
  );
  const tokens = [
    ...config.targets.map(({ token }) => token),
    ...callers.flatMap(({ pveTokens }) => Object.values(pveTokens)),
  ];
  const prepare = async (): Promise<void> => {
    ({ createClients: create } = await import("@pve/client/node"));
  };
  return { targets, prepare, secrets: tokens.flatMap((token) => [token, token.slice(token.indexOf("=") + 1)]) };
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
