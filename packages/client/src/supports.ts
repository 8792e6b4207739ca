import { isRecord } from "./encode.js";
import { PveProtocolError } from "./errors.js";
import type { Http } from "./http.js";
import { findOperation, findParam } from "./table.js";

const VERSION = { id: "GET /version", method: "GET", path: "/version" } as const;

/** Whether the server's release knows an operation, and these parameters of it. */
export type Gate = (route: string, params?: readonly string[]) => Promise<boolean>;

/** Makes the gate: asks for the release once and compares it with what the table says. */
export function createGate(exchange: Http["exchange"]): Gate {
  let asking: Promise<string> | undefined;
  const release = () => {
    asking ??= readRelease(exchange).catch((error: unknown) => {
      asking = undefined; // An unreachable server is asked again next time.
      throw error;
    });
    return asking;
  };
  return async (route, params = []) => {
    const { spec } = await findOperation(route);
    const found = params.map((name) => findParam(name, spec));
    if (found.includes(undefined)) return false;
    const needed = [spec.since, ...found.map((param) => param?.since)].filter((since) => since !== undefined);
    if (needed.length === 0) return true;
    const running = await release();
    return needed.every((since) => compareReleases(running, since) >= 0);
  };
}

async function readRelease(exchange: Http["exchange"]): Promise<string> {
  const { data, status } = await exchange(VERSION, { path: {}, rest: {} });
  const release = isRecord(data) ? data["release"] : undefined;
  if (typeof release === "string" && /^\d+\.\d+/.test(release)) return release;
  throw new PveProtocolError(VERSION.id, status, "answered without a release");
}

/** Negative, 0 or positive, as the first release is older than, the same as or newer than the second. */
export function compareReleases(a: string, b: string): number {
  const [left = [], right = []] = [a, b].map((text) => text.split(".").map(Number));
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}
