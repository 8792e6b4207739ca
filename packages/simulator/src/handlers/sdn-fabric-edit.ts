import { die } from "../failure.js";
import type { Call } from "../handler.js";
import { copyLayer, type SdnLayer, type SdnSection, type SdnValue } from "../world-sdn.js";
import { list, need } from "./guest-call.js";
import { assertFabrics } from "./sdn-fabric-rules.js";
import { assertFresh } from "./sdn-files.js";
import { edit, givenSettings } from "./sdn-sections.js";

/** The kinds of objects that lie in the file of fabrics. */
export const fabricFile = ["fabrics", "fabricNodes"] as const;

/** The given settings that belong to a protocol, with the protocol itself. */
export function settingsOf(
  call: Call,
  byProtocol: Readonly<Record<string, readonly string[]>>,
): Record<string, SdnValue> {
  const protocol = need(call, "protocol");
  const given = Object.entries(givenSettings(call, [])).filter(([key]) => byProtocol[protocol]?.includes(key));
  return { protocol, ...Object.fromEntries(given) };
}

/** Edits a copy of the staged configuration and takes it over if it holds together. */
export function editFabrics(call: Call, failing: string, work: (layer: SdnLayer) => void): void {
  edit(call, failing, () => {
    assertFresh(call, fabricFile);
    const layer = copyLayer(call.world.sdn.staged);
    work(layer);
    assertFabrics(layer);
    call.world.sdn.staged = layer;
  });
}

/** The fabric in a layer, or the library's refusal. */
export function fabricNamed(layer: SdnLayer, id: string): SdnSection {
  return layer.fabrics.get(id) ?? die(`fabric '${id}' does not exist in configuration`);
}

/** An object with other settings; it cannot change its protocol. */
export function updated(call: Call, before: SdnSection, given: SdnSection): SdnSection {
  if (given["protocol"] !== before["protocol"]) {
    die("node has a different protocol than the referenced fabric");
  }
  const after: Record<string, SdnValue> = { ...before, ...given };
  for (const key of list(call, "delete")) {
    delete after[key];
  }
  return after;
}
