/**
 * A refusal as PVE answers it: HTTP status, full message (its first line becomes the reason phrase) and, for
 * parameter errors, one text per parameter. The trailing newline that PVE's bodies carry is added on sending.
 */
export class PveFailure extends Error {
  readonly status: number;
  readonly errors: Readonly<Record<string, string>> | undefined;

  constructor(status: number, message: string, errors?: Readonly<Record<string, string>>) {
    super(message);
    this.name = "PveFailure";
    this.status = status;
    this.errors = errors;
  }
}

/** Ends the call the way a plain `die` of a PVE handler does: status 500 with this text. */
export function die(message: string): never {
  throw new PveFailure(500, message);
}

/** Ends the call with 400 `Parameter verification failed.` and one text per parameter. */
export function invalid(errors: Readonly<Record<string, string>>): never {
  throw new PveFailure(400, "Parameter verification failed.", errors);
}

/** Ends the call with 403 `Permission check failed (<detail>)`; without detail, the bare text. */
export function denied(detail?: string): never {
  throw new PveFailure(403, detail ? `Permission check failed (${detail})` : "Permission check failed");
}

/** A refusal as PVE prints it into a text: its status goes first unless it is a plain 500, its parameters follow line by line. */
export function printFailure({ status, message, errors }: PveFailure): string {
  const lines = Object.entries(errors ?? {}).map(([key, text]) => `${key}: ${text}`);
  return status === 500 ? message : [`${status} ${message}`, ...lines].join("\n");
}
