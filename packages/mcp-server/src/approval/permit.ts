/** Leave to do one thing once. */
export interface Permit {
  /** The requests it is for, see `Binding`. */
  readonly whats: readonly string[];
  /** How it came about, for the audit: `client`, `operator anna`. */
  readonly how: string;
  /** Uses it up; false when it was used before, or has expired. */
  redeem(): boolean;
}
