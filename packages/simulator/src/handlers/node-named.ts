import { die } from "../failure.js";
import type { Call } from "../handler.js";
import type { Node } from "../world.js";
import { nodeOf } from "./guest-call.js";

/** The node of the path; the core has refused unknown names already. */
export function nodeNamed(call: Call): Node {
  const node = nodeOf(call);
  return (
    call.world.nodes.get(node) ??
    die(`hostname lookup '${node}' failed - failed to get address info for: ${node}: Name or service not known`)
  );
}
