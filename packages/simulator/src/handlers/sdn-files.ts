import { createHash } from "node:crypto";
import { die } from "../failure.js";
import type { Call } from "../handler.js";
import type { SdnKind } from "../world-sdn.js";
import { flag, text } from "./guest-call.js";

/** SHA-256 of the objects that lie in one file. */
function fileDigest(call: Call, kinds: readonly SdnKind[]): string {
  const sections = kinds.flatMap((kind) => [...call.world.sdn.staged[kind]]);
  return createHash("sha256")
    .update(sections.length === 0 ? "" : JSON.stringify(sections))
    .digest("hex");
}

/** 500 when a digest came along and is not that of the file. */
export function assertFresh(call: Call, kinds: readonly SdnKind[]): void {
  const digest = text(call, "digest");
  if (digest !== undefined && digest !== fileDigest(call, kinds)) {
    die("detected modified configuration - file changed by other user? Try again.");
  }
}

/** The views of objects in the order of their ids, with their file's digest where one is shown: not on what runs. */
export function withFileDigest(
  call: Call,
  kinds: readonly SdnKind[],
  shown: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
): [id: string, view: Record<string, unknown>][] {
  const digest = flag(call, "running") && !flag(call, "pending") ? {} : { digest: fileDigest(call, kinds) };
  return [...shown]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { digest: _own, ...view }]) => [id, { ...view, ...digest }]);
}
