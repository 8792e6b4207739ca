import type { Agent } from "node:https";
import type { Transport } from "./transport.js";

const agents = new WeakMap<Transport, Agent>();

/** Remembers which agent a transport sends through. */
export function rememberAgent(transport: Transport, agent: Agent): void {
  agents.set(transport, agent);
}

/**
 * The agent behind a transport, whose `createConnection` hands over only accepted connections; `undefined` for a
 * transport that the caller brought along.
 */
export function agentBehind(transport: Transport): Agent | undefined {
  return agents.get(transport);
}
