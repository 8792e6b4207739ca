import type { Call } from "../handler.js";
import type { SeriesRequest } from "../world-series.js";
import { need } from "./guest-call.js";

/** What a call for a history asks of the databases. */
export function seriesRequest(call: Call): SeriesRequest {
  return { release: call.world.release, timeframe: need(call, "timeframe"), now: call.now() };
}
