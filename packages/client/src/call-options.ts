/** What one call may change about how it is made. */
export interface CallOptions {
  /** Aborts the call. What the cluster has begun it finishes. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the call is given up, body included. Default: the client's `timeout`. */
  readonly timeout?: number;
  /** `"raw"` leaves the values as PVE sent them: 1 and 0, numeric strings, property strings. */
  readonly decode?: "raw";
}
