import { PveFailure, printFailure } from "../failure.js";

/**
 * Runs a change as PVE does under the lock of a configuration file: whatever is refused inside comes out as a plain 500
 * whose text begins with the name of the step, if it has one. A refusal with another status is printed into the text.
 */
export function underLock<T>(step: string | undefined, change: () => T): T {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof PveFailure)) {
      throw error;
    }
    const text = printFailure(error);
    throw new PveFailure(500, step === undefined ? text : `${step}: ${text}`);
  }
}
