import { totpStep } from "./totp.js";
import type { World } from "./world.js";
import { parseOption } from "./world-option.js";
import type { TfaUser } from "./world-tfa.js";

const maxTotpFailures = 8;
const maxFailures = 100;
/** Seconds for which too many wrong answers lock every second factor. */
const lockTime = 3600;

/** What kinds of answer a login is asked for, as PVE puts them into its ticket. */
export interface TfaChallenge {
  readonly totp?: true;
  /** The numbers of the recovery keys that are left. */
  readonly recovery?: readonly number[];
}

/** What a user has to be asked for after the password; `undefined` without a factor that is switched on. */
export function challengeOf(world: World, userid: string): TfaChallenge | undefined {
  const entries = (world.tfa.users.get(userid)?.entries ?? []).filter(({ enable }) => enable);
  const recovery = entries.find(({ type }) => type === "recovery");
  const challenge: TfaChallenge = {
    ...(entries.some(({ type }) => type === "totp") ? { totp: true } : {}),
    ...(recovery ? { recovery: recovery.secrets.flatMap((key, index) => (key === "" ? [] : [index])) } : {}),
  };
  return Object.keys(challenge).length > 0 ? challenge : undefined;
}

/** The kind of factor that a realm asks everybody for. */
export function realmFactor(world: World, userid: string): string | undefined {
  const realm = world.access.realms.get(userid.slice(userid.lastIndexOf("@") + 1));
  const type = parseOption(String(realm?.options?.["tfa"] ?? ""), "type")["type"];
  return type === "oath" ? "totp" : type;
}

/**
 * Whether `totp:<code>` or `recovery:<key>` is right, `now` in epoch seconds. Counts wrong answers, and locks as PVE
 * does: TOTP after eight, everything for an hour after a hundred of another kind. A code and a key are good once.
 */
export function passesSecondFactor(world: World, userid: string, answer: string, now: number): boolean {
  const user = world.tfa.users.get(userid);
  const [, kind, value] = /^([^:]+):(.*)$/s.exec(answer) ?? [];
  const forced = realmFactor(world, userid);
  if (user === undefined || kind === undefined || value === undefined || user.lockedUntil > now) {
    return false;
  }
  if (forced !== undefined && kind !== "recovery" && kind !== forced) {
    return false;
  }
  return kind === "totp" ? passesTotp(user, value, now) : passesOther(user, kind, value, now);
}

function passesTotp(user: TfaUser, code: string, now: number): boolean {
  if (user.totpLocked) {
    return false;
  }
  for (const entry of user.entries.filter(({ type, enable }) => type === "totp" && enable)) {
    const step = totpStep(entry.secrets[0] ?? "", code, now);
    if (step !== undefined && step > (entry.lastStep ?? Number.NEGATIVE_INFINITY)) {
      entry.lastStep = step;
      user.totpFailures = 0;
      user.failures = 0;
      return true;
    }
  }
  user.totpFailures += 1;
  user.totpLocked = user.totpFailures >= maxTotpFailures;
  return false;
}

function passesOther(user: TfaUser, kind: string, value: string, now: number): boolean {
  const entry = kind === "recovery" ? user.entries.find(({ type }) => type === "recovery") : undefined;
  const index = value === "" ? -1 : (entry?.secrets.indexOf(value) ?? -1);
  if (entry !== undefined && index >= 0) {
    entry.secrets[index] = "";
    unlock(user);
    return true;
  }
  user.failures += 1;
  if (user.failures >= maxFailures) {
    user.failures = 0;
    user.lockedUntil = now + lockTime;
  }
  return false;
}

/** Forgets every wrong answer; the answer says whether anything was locked. */
export function unlock(user: TfaUser, now = 0): boolean {
  const wasLocked = user.totpLocked || user.lockedUntil > now;
  Object.assign(user, { totpFailures: 0, totpLocked: false, failures: 0, lockedUntil: 0 });
  return wasLocked;
}

/** What lists say of somebody whose second factors are locked. */
export function lockOf(user: TfaUser | undefined, now: number): Readonly<Record<string, number>> {
  return {
    ...(user?.totpLocked ? { "totp-locked": 1 } : {}),
    ...(user !== undefined && user.lockedUntil > now ? { "tfa-locked-until": user.lockedUntil } : {}),
  };
}
