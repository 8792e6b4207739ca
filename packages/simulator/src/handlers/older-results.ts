import { isBefore, type Release } from "../contracts.js";
import type { Handler, Handlers } from "../handler.js";

/** Figures that release 9.0 brought. */
const broughtByNine = /^(?:memhost|memavailable|arcsize|pressure(?:cpu|io|memory)(?:some|full))$/;
const showingFigures =
  /^GET (?:\/cluster\/resources|\/nodes\/\{node\}(?:\/(?:qemu|lxc)(?:\/\{vmid\}(?:\/status\/current)?)?)?(?:\/rrddata)?)$/;

/** Handlers whose answers have no figures that came after a release. */
export function withResultsOf(release: Release, handlers: Handlers): Handlers {
  if (!isBefore(release, "9.0")) {
    return handlers;
  }
  const older: Record<string, Handler> = { ...handlers };
  for (const [route, handler] of Object.entries(handlers).filter(([each]) => showingFigures.test(each))) {
    older[route] = async (call) => reduced(await handler(call));
  }
  return older;
}

function reduced(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(reduced);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([key]) => !broughtByNine.test(key)))
    : value;
}
