import type { Handlers } from "../handler.js";
import { sdnFabricNodeHandlers } from "./sdn-fabric-nodes.js";
import { sdnFabricStatusHandlers } from "./sdn-fabric-status.js";
import { sdnFabricHandlers } from "./sdn-fabrics.js";
import { sdnPrefixListHandlers } from "./sdn-prefix-lists.js";
import { sdnRouteMapHandlers } from "./sdn-route-maps.js";

/** Fabrics with their nodes, prefix lists and route maps. */
export const sdnRoutingHandlers: Handlers = {
  ...sdnFabricHandlers,
  ...sdnFabricNodeHandlers,
  ...sdnFabricStatusHandlers,
  ...sdnPrefixListHandlers,
  ...sdnRouteMapHandlers,
};
