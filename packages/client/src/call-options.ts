/** What one call may change about how it is made. */
export interface CallOptions {
  /** Aborts the call. What the cluster has begun it finishes. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the call is given up, retries and body included. Default: the client's `timeout`. */
  readonly timeout?: number;
  /** Headers beside the client's own, such as a trace id. Credentials and the content type stay the client's. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * How often a failed request is sent again at most; `false` for never. Only what may be repeated ever is: a GET, or
   * a request of which provably nothing was sent. Default: 2.
   */
  readonly retries?: number | false;
  /** Values in their declared form. `"raw"` (only with `call`) leaves them as PVE sent them. */
  readonly decode?: "typed";
}

/** A call whose values stay as PVE sent them: 1 and 0, numeric strings, property strings, UPIDs. */
export interface RawCallOptions extends Omit<CallOptions, "decode"> {
  readonly decode: "raw";
}

/** What `withOptions` sets for every call of a client; a call's own options go before. */
export type CallDefaults = Omit<CallOptions, "decode">;

/** The defaults of a client that was made with none. */
export const NONE: CallDefaults = {};

/** A call's options with a client's defaults behind them; headers add up. */
export function withDefaults<Options extends CallDefaults>(defaults: CallDefaults, options: Options): Options {
  if (defaults === NONE) return options;
  if (defaults.headers === undefined || options.headers === undefined) return { ...defaults, ...options };
  return { ...defaults, ...options, headers: { ...defaults.headers, ...options.headers } };
}
