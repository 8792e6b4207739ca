import { PveRequestError } from "@pve/client";

/** A result, or in words why there is none. */
export type Attempt<T> = { readonly value: T } | { readonly missing: string };

/**
 * Asks for something that an answer can do without. A refusal of the cluster becomes a note; a broken connection or an
 * abort is still an error.
 */
export async function attempt<T>(what: string, work: Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work };
  } catch (error) {
    if (!(error instanceof PveRequestError)) throw error;
    return { missing: `${what} could not be read: ${error.reason || error.kind}` };
  }
}

/** The value of an attempt; undefined when there is none. */
export function foundOf<T>(attempt: Attempt<T>): T | undefined {
  return "value" in attempt ? attempt.value : undefined;
}

/** The notes of the attempts that failed. */
export function missingOf(attempts: readonly Attempt<unknown>[]): readonly string[] {
  return attempts.flatMap((one) => ("missing" in one ? [one.missing] : []));
}
