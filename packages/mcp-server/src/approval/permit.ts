/** Leave to do one thing once. */
export interface Permit {
  /** What it is for, see `Binding`. */
  readonly what: string;
  /** How it came about, for the audit: `client`, `operator anna`. */
  readonly how: string;
  /** Uses it up; false when it was used before, or has expired. */
  redeem(): boolean;
}
