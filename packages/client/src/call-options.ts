/** What one call may change about how it is made. */
export interface CallOptions {
  /** Aborts the call. What the cluster has begun it finishes. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call is given up, retries and body included. Default: the client's `timeout`. */
  readonly timeout?: number | undefined;
  /** Headers beside the client's own, such as a trace id. Credentials and the content type stay the client's. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * How often a failed request is sent again at most; `false` for never. Only what may be repeated ever is: a GET, or
   * a request of which provably nothing was sent. Default: 2.
   */
  readonly retries?: number | false | undefined;
  /** Values in their declared form. `"raw"` (only with `call`) leaves them as PVE sent them. */
  readonly decode?: "typed" | undefined;
}

/** A call whose values stay as PVE sent them: 1 and 0, numeric strings, property strings, UPIDs. */
export interface RawCallOptions extends Omit<CallOptions, "decode"> {
  readonly decode: "raw";
}

/** A request that is about to be sent. */
export interface NextRequest {
  /** The operation's route; through `http` the method and the path with its values in place. */
  readonly route: string;
  /** Parameters of path, query and form side by side, as PVE will read them. May hold secrets. */
  readonly params: Readonly<Record<string, string | readonly string[]>>;
}

/** What `withOptions` sets for every call of a client; a call's own options go before. */
export interface CallDefaults extends Omit<CallOptions, "decode"> {
  /**
   * Hears of every request before any of it is sent: calls, the polling of tasks, uploads, `http`. What it throws ends the
   * call. Those of a client and of the one it was derived from are all asked, the older first.
   */
  readonly before?: ((request: NextRequest) => Promise<void> | void) | undefined;
}

/** The defaults of a client that was made with none. */
export const NONE: CallDefaults = {};

/**
 * A call's options with a client's defaults behind them, also behind what is given as `undefined`; headers add up, and so
 * does what wants to hear of requests.
 */
export function withDefaults<Options extends CallDefaults>(defaults: CallDefaults, options: Options): Options {
  if (defaults === NONE) return options;
  const all = { ...options } as Record<string, unknown>;
  for (const [name, value] of Object.entries(defaults)) all[name] ??= value;
  if (defaults.headers !== undefined) all["headers"] = { ...defaults.headers, ...options.headers };
  all["before"] = bothOf(defaults.before, options.before);
  return all as Options;
}

function bothOf(older: CallDefaults["before"], newer: CallDefaults["before"]): CallDefaults["before"] {
  if (older === undefined || newer === undefined) return older ?? newer;
  return async (request) => {
    await older(request);
    await newer(request);
  };
}
