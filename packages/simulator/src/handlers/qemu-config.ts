import { invalid } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import type { Guest } from "../world.js";
import { configDigest, configView, shownValue, snapshotConfig, snapshotNamed } from "../world-guest.js";
import { flag, guestOf, text } from "./guest-call.js";

/** `GET …/config` of both kinds: pending changes merged in, unless the active or a snapshot's section is asked for. */
export const showConfig: Handler = (call) => {
  const guest = guestOf(call);
  const snapshot = text(call, "snapshot");
  const current = flag(call, "current");
  if (snapshot !== undefined && current) {
    const message = "cannot use 'snapshot' parameter with 'current'";
    invalid({ snapshot: message, current: message });
  }
  if (snapshot !== undefined) {
    return { ...snapshotConfig(guest.kind, snapshotNamed(guest, snapshot)), digest: configDigest(guest) };
  }
  return configView(guest, current ? "active" : "pending");
};

/** `GET …/pending` of both kinds: one item per key, with what waits beside what is. */
export const showPending: Handler = (call) => pendingItems(guestOf(call));

function pendingItems(guest: Guest): Record<string, unknown>[] {
  const active = configView(guest, "active");
  const { set, remove } = guest.pending;
  const items: Record<string, unknown>[] = Object.entries(active).map(([key, value]) => {
    const next = set[key];
    return {
      key,
      value,
      ...(next === undefined ? {} : { pending: shownValue(guest.kind, key, next) }),
      ...(remove[key] === undefined ? {} : { delete: remove[key] }),
    };
  });
  for (const [key, value] of Object.entries(set)) {
    if (!(key in active)) {
      items.push({ key, pending: shownValue(guest.kind, key, value) });
    }
  }
  return items;
}

/** Reading the configuration of VMs. */
export const qemuConfigHandlers: Handlers = {
  "GET /nodes/{node}/qemu/{vmid}/config": showConfig,
  "GET /nodes/{node}/qemu/{vmid}/pending": showPending,
};
