import type { TlsSetup, TrustStore } from "./tls-options.js";

/** A certificate that is not one of those asked for. */
export interface Mismatch {
  readonly expected: string;
  readonly seen: string;
}

/** Judges the certificate a host showed, by its SHA-256 print, before anything is sent there. */
export type TrustCheck = (host: string, seen: string) => Promise<Mismatch | undefined>;

/** Makes the check of a way to trust; `undefined` where the TLS library's own check is the whole of it. */
export function createTrustCheck(trust: TlsSetup["trust"]): TrustCheck | undefined {
  if (trust.kind === "pins") return async (_, seen) => compare(trust.fingerprints, seen);
  return trust.kind === "first-use" ? checkFirstUse(trust.store) : undefined;
}

/**
 * One host after the other: of several connections that open at once, only the first may find the store empty, or two
 * different certificates could both count as the first.
 */
function checkFirstUse(store: TrustStore): TrustCheck {
  const turns = new Map<string, Promise<unknown>>();
  const judge: TrustCheck = async (host, seen) => {
    const known = await store.get(host);
    if (known !== undefined) return compare([known], seen);
    await store.set(host, seen);
    return undefined;
  };
  return (host, seen) => {
    const turn = (turns.get(host) ?? Promise.resolve()).then(
      () => judge(host, seen),
      () => judge(host, seen),
    );
    turns.set(host, turn);
    return turn;
  };
}

function compare(expected: readonly string[], seen: string): Mismatch | undefined {
  return expected.some((print) => bare(print) === bare(seen)) ? undefined : { expected: expected.join(" or "), seen };
}

/** A store may keep prints in a form of its own. */
function bare(print: string): string {
  return print.replace(/[:\s]/g, "").toUpperCase();
}
