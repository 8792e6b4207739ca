import type { Connector } from "./node-connector.js";
import type { Transport } from "./transport.js";

const connectors = new WeakMap<Transport, Connector>();

/** Remembers which connector a transport makes its connections with. */
export function rememberConnector(transport: Transport, connector: Connector): void {
  connectors.set(transport, connector);
}

/** The connector behind a transport; `undefined` for a transport that the caller brought along. */
export function connectorBehind(transport: Transport): Connector | undefined {
  return connectors.get(transport);
}
