import { die } from "../failure.js";
import type { Call } from "../handler.js";
import { text } from "./guest-call.js";

/** 500 when the caller's `digest` is not the one of the file as it is now; an empty one is not compared. */
export function assertUnchanged(call: Call, digest: string): void {
  const given = text(call, "digest");
  if (given !== undefined && given !== "" && given !== digest) {
    die("detected modified configuration - file changed by other user? Try again.");
  }
}
