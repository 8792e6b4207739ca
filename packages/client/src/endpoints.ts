/** How long a node that was left is left alone, in ms. */
const PAUSE = 60_000;
/** How many failures in a row it takes to leave a node; one may be a connection that went stale. */
const PATIENCE = 2;

/** What choosing between nodes depends on. */
export interface EndpointSetup {
  /** Base addresses in order of preference, without a slash at the end and without `/api2/json`. */
  readonly bases: readonly string[];
  /** Base address by node name: what concerns a node goes straight to it. */
  readonly affinity: ReadonlyMap<string, string>;
  readonly now: () => number;
  /** Whether anything answers there; asked after the pause, one at a time, beside the calls. */
  readonly probe: (base: string) => Promise<boolean>;
}

/** The addresses of one cluster, and which of them answer. Only connections that fail count, never an answer. */
export interface Endpoints {
  readonly count: number;
  /** The base address for a request, which is written as if for the first one. */
  readonly choose: (url: string) => string;
  /** The same request at that address. */
  readonly relocate: (url: string, base: string) => string;
  readonly answered: (base: string) => void;
  readonly failed: (base: string) => void;
}

interface Health {
  failures: number;
  /** When it was left; `undefined` while it is in use. */
  left: number | undefined;
  /** Which failure of all was its last; a clock would not tell apart those of one moment. */
  lastFailure: number;
  probing: boolean;
}

/** Keeps watch over the addresses of a cluster. */
export function createEndpoints({ bases, affinity, now, probe }: EndpointSetup): Endpoints {
  const [first = ""] = bases;
  const health = new Map<string, Health>(bases.map((base) => [base, unharmed()]));
  let failures = 0;
  const isUsed = (base: string) => health.get(base)?.left === undefined;
  const answered = (base: string) => {
    const state = health.get(base);
    if (state !== undefined) Object.assign(state, { failures: 0, left: undefined });
  };
  const ask = async (base: string, state: Health) => {
    state.probing = true;
    const alive = await probe(base).catch(() => false);
    state.probing = false;
    if (alive) answered(base);
    else state.left = now();
  };
  const askAgain = () => {
    for (const [base, state] of health) {
      if (state.left !== undefined && !state.probing && now() - state.left >= PAUSE) void ask(base, state);
    }
  };
  const choose = (url: string): string => {
    if (bases.length === 1) return first;
    askAgain();
    const near = affinity.size === 0 ? undefined : affinity.get(nodeOf(url, first));
    if (near !== undefined && isUsed(near)) return near;
    return bases.find(isUsed) ?? longestAgo(health) ?? first;
  };
  const failed = (base: string) => {
    const state = health.get(base);
    if (state === undefined) return;
    failures += 1;
    state.lastFailure = failures;
    state.failures += 1;
    if (state.failures >= PATIENCE) state.left = now();
  };
  const relocate = (url: string, base: string) =>
    base !== first && url.startsWith(first) ? base + url.slice(first.length) : url;
  return { count: bases.length, choose, relocate, answered, failed };
}

function unharmed(): Health {
  return { failures: 0, left: undefined, lastFailure: 0, probing: false };
}

/** When all were left, the one whose last failure is the oldest is the best guess. */
function longestAgo(health: ReadonlyMap<string, Health>): string | undefined {
  const sorted = [...health].sort(([, a], [, b]) => a.lastFailure - b.lastFailure);
  return sorted[0]?.[0];
}

/** The node a request is about: `pve1` of `…/api2/json/nodes/pve1/qemu`. */
function nodeOf(url: string, first: string): string {
  const [, node = ""] = /^\/api2\/json\/nodes\/([^/?#]+)/.exec(url.slice(first.length)) ?? [];
  return node;
}
