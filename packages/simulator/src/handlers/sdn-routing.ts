import type { Handlers } from "../handler.js";

/**
 * Fabrics, prefix lists and route maps as a cluster lists them that has none. Making them is not simulated: they live
 * behind a library whose texts nobody has recorded.
 */
export const sdnRoutingHandlers: Handlers = {
  "GET /cluster/sdn/fabrics": () => ["fabric", "node", "all"].map((subdir) => ({ subdir })),
  "GET /cluster/sdn/fabrics/all": () => ({ fabrics: [], nodes: [] }),
  "GET /cluster/sdn/fabrics/fabric": () => [],
  "GET /cluster/sdn/fabrics/node": () => [],
  "GET /cluster/sdn/prefix-lists": () => [],
  "GET /cluster/sdn/route-maps": () => [],
  "GET /cluster/sdn/route-maps/entries": () => [],
};
