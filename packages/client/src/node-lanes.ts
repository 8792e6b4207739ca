import type { Client, Dispatcher } from "undici";
import type { Connector } from "./node-connector.js";

/** PVE closes a connection silently after 5 s without a request; ours must be gone before. */
const IDLE_LIMIT = 4000;
/** PVE has few workers; more connections than this only queue up there. */
const MOST_LANES = 16;

/** A request on its way, which undici tells of its progress. */
export interface Passenger extends Dispatcher.DispatchHandler {
  readonly request: Dispatcher.DispatchOptions;
  /** Called once, when it is over; `isBroken` says that its connection is good for nothing. */
  onOver: ((isBroken: boolean) => void) | undefined;
}

/**
 * The connections to one address, each with one request at a time. undici's own pool takes another connection for a call
 * that follows at once, and makes a new one for a call that was given up.
 */
export class Lanes {
  readonly #UndiciClient: typeof Client;
  readonly #origin: string;
  readonly #connector: Connector;
  /** The last one used is the first to be used again, so that the others may close. */
  readonly #idle: Lane[] = [];
  readonly #line = new Set<Passenger>();
  #count = 0;

  constructor(UndiciClient: typeof Client, origin: string, connector: Connector) {
    this.#UndiciClient = UndiciClient;
    this.#origin = origin;
    this.#connector = connector;
  }

  /** Puts a request on its way, or in line. */
  carry(passenger: Passenger): void {
    const lane = this.#idle.pop() ?? (this.#count < MOST_LANES ? this.#open() : undefined);
    if (lane === undefined) {
      this.#line.add(passenger);
      passenger.onOver = () => void this.#line.delete(passenger);
    } else this.#run(lane, passenger);
  }

  #run(lane: Lane, passenger: Passenger): void {
    passenger.onOver = (isBroken) => {
      if (isBroken) this.#close(lane);
      const [next] = this.#line;
      if (next !== undefined) {
        this.#line.delete(next);
        this.#run(isBroken ? this.#open() : lane, next);
      } else if (!isBroken) this.#idle.push(lane);
    };
    lane.client.dispatch(passenger.request, passenger);
  }

  #open(): Lane {
    this.#count += 1;
    return createLane(this.#UndiciClient, this.#origin, this.#connector);
  }

  #close({ client, letGo }: Lane): void {
    this.#count -= 1;
    letGo();
    void client.destroy();
  }
}

/** One connection, made anew when it has closed. */
interface Lane {
  readonly client: Client;
  /** Ends the making of a connection. */
  readonly letGo: () => void;
}

function createLane(UndiciClient: typeof Client, origin: string, connector: Connector): Lane {
  let letGo: (() => void) | undefined;
  const onStop = (call: () => void) => {
    letGo = call;
    return () => {
      letGo = undefined;
    };
  };
  const client = new UndiciClient(origin, {
    keepAliveTimeout: IDLE_LIMIT,
    keepAliveMaxTimeout: IDLE_LIMIT,
    // Ours are exact, and there is none where none was asked for.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: ({ hostname, port }, callback) => {
      connector({ host: hostname, port: port === "" ? 443 : Number(port) }, onStop).then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      );
    },
  });
  return { client, letGo: () => letGo?.() };
}
