import { PveFailure } from "../failure.js";

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
    const text = error.status === 500 ? error.message : printed(error);
    throw new PveFailure(500, step === undefined ? text : `${step}: ${text}`);
  }
}

function printed({ status, message, errors }: PveFailure): string {
  const lines = Object.entries(errors ?? {}).map(([key, text]) => `${key}: ${text}`);
  return [`${status} ${message}`, ...lines].join("\n");
}
