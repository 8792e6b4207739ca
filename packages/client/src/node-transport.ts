import { PveConnectionError } from "./errors.js";
import type { Connector } from "./node-connector.js";
import { Exchange, type Patience } from "./node-exchange.js";
import { Lanes } from "./node-lanes.js";
import { rememberConnector } from "./node-link.js";
import { rememberHeeding, type Transport, type TransportInit, type TransportResponse } from "./transport.js";

/**
 * A fetch-shaped function over undici's connections that keeps PVE's reason phrase and knows whether anything was sent.
 * It speaks to the dispatcher itself: the stream and the signal that `undici.request` makes per call cost more than the
 * request does.
 */
export function createNodeTransport(
  connector: Connector,
  patience: Patience = {},
  onExchange?: (status: number | undefined) => void,
): Transport {
  const lanesTo = new Map<string, Lanes>();
  const open = async (origin: string): Promise<Lanes> => {
    // The default is there however a bundler splits a CommonJS package; the names are not.
    const { Client } = (await import("undici")).default;
    const lanes = lanesTo.get(origin) ?? new Lanes(Client, origin, connector);
    lanesTo.set(origin, lanes);
    return lanes;
  };
  const transport: Transport = (url, init) => {
    const slash = url.indexOf("/", "https://".length);
    const [origin, path] = slash < 0 ? [url, "/"] : [url.slice(0, slash), url.slice(slash)];
    const lanes = lanesTo.get(origin);
    const answer =
      lanes !== undefined
        ? send(lanes, path, init, patience)
        : open(origin).then((opened) => send(opened, path, init, patience));
    if (onExchange === undefined) return answer;
    return answer.then(
      (response) => {
        onExchange(response.status);
        return response;
      },
      (error: unknown) => {
        onExchange(undefined);
        throw error;
      },
    );
  };
  rememberConnector(transport, connector);
  rememberHeeding(transport);
  return transport;
}

/** Resolves when the body is complete as well, since nobody wants half of one. */
function send(lanes: Lanes, path: string, init: TransportInit, patience: Patience): Promise<TransportResponse> {
  const { method, headers, body = null, onStop = stopOf(init.signal) } = init;
  return new Promise((resolve, reject) => {
    const exchange = new Exchange({ method, path, headers, body }, { resolve, reject, patience });
    // A request that waits for its connection hears nothing until it has one, so the promise ends here.
    exchange.watch(onStop, () => new PveConnectionError("", { kind: "aborted", sent: exchange.sent }));
    if (!exchange.isOver) lanes.carry(exchange);
  });
}

/** For whoever calls the transport with a signal alone. */
function stopOf(signal: AbortSignal): NonNullable<TransportInit["onStop"]> {
  return (call) => {
    if (signal.aborted) call();
    else signal.addEventListener("abort", call, { once: true });
    return () => signal.removeEventListener("abort", call);
  };
}
