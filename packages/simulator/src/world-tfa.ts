/** One second factor of a user. */
export interface TfaEntry {
  readonly id: string;
  readonly type: "totp" | "recovery" | "yubico";
  description: string;
  /** Epoch seconds. */
  readonly created: number;
  enable: boolean;
  /** A TOTP secret in base32, or recovery keys: one that has been used is an empty text, so that the others keep their number. */
  readonly secrets: string[];
  /** The half minute of the last TOTP code that was taken: it and those before are good no more. */
  lastStep?: number;
}

/** The second factors of one user, and how often they were missed. */
export interface TfaUser {
  readonly entries: TfaEntry[];
  /** Wrong TOTP codes since the last right one. */
  totpFailures: number;
  /** TOTP is refused until a recovery key is used or an administrator unlocks it. */
  totpLocked: boolean;
  /** Wrong answers of the other kinds since the last right one. */
  failures: number;
  /** Epoch seconds up to which every second factor is refused. */
  lockedUntil: number;
}

/** Second factors by user. */
export interface TfaState {
  readonly users: Map<string, TfaUser>;
}

/** Nobody has a second factor. */
export function newTfa(): TfaState {
  return { users: new Map() };
}

/** The second factors of somebody who had none. */
export function newTfaUser(entries: readonly TfaEntry[]): TfaUser {
  return { entries: [...entries], totpFailures: 0, totpLocked: false, failures: 0, lockedUntil: 0 };
}
