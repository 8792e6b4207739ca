import { randomUUID } from "node:crypto";
import { die, PveFailure } from "../failure.js";
import type { Call, Value } from "../handler.js";
import { type SdnKind, type SdnSection, type SdnValue, sectionsDigest } from "../world-sdn.js";
import { flag, list, text } from "./guest-call.js";

/** What calls say about themselves and not about the object. */
const notSettings = new Set(["digest", "delete", "lock-token", "node", "pending", "running"]);

/** Runs an edit: refused without the lock's token; what goes wrong is told under the edit's name. */
export function edit(call: Call, failing: string, work: () => void): void {
  try {
    assertToken(call);
    work();
  } catch (error) {
    throw error instanceof PveFailure ? underName(failing, error) : error;
  }
}

/** A parameter error inside an edit loses its status and keeps its texts. */
function underName(failing: string, { message, errors }: PveFailure): PveFailure {
  if (errors === undefined) {
    return new PveFailure(500, `${failing}: ${message}`);
  }
  const lines = Object.entries(errors).map(([key, what]) => `${key}: ${what}\n`);
  return new PveFailure(500, `${failing}: 400 ${message}\n${lines.join("")}`);
}

function assertToken(call: Call): void {
  if (text(call, "lock-token") !== call.world.sdn.lock) {
    die("invalid lock token provided! at /usr/share/perl5/PVE/Network/SDN.pm line 291.");
  }
}

/** A lock token: a UUID that begins with the time. */
export function newToken(call: Call): string {
  const time = (call.now() * 1000).toString(16).padStart(12, "0");
  const random = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

/** The settings that a call gives, without the parameters that name the object. */
export function givenSettings(call: Call, names: readonly string[]): Record<string, SdnValue> {
  const given = Object.entries(call.params).filter(([key]) => !notSettings.has(key) && !names.includes(key));
  return Object.fromEntries(given.map(([key, value]) => [key, plain(value)]));
}

function plain(value: Value): SdnValue {
  return typeof value === "object" ? [...value] : value;
}

/** The object after an edit: settings replaced and deleted; refuses an old digest. */
export function changed(
  call: Call,
  sections: ReadonlyMap<string, SdnSection>,
  before: SdnSection,
  names: readonly string[],
): SdnSection {
  const digest = text(call, "digest");
  if (digest !== undefined && digest !== sectionsDigest(sections)) {
    die("detected modified configuration - file changed by other user? Try again.");
  }
  const after: Record<string, SdnValue> = { ...before, ...givenSettings(call, names) };
  for (const key of list(call, "delete")) {
    delete after[key];
  }
  return after;
}

/** Objects of a kind with what a reader adds: the pending layer beside the running one, or one of the two. */
export function readSections(
  call: Call,
  kind: SdnKind,
  nameKey: string,
  /** What every view of an object has beside its settings. */
  facts: (id: string, section: SdnSection) => Readonly<Record<string, unknown>> = () => ({}),
): Map<string, Record<string, unknown>> {
  const { staged, running } = call.world.sdn;
  const digest = sectionsDigest(staged[kind]);
  const shown = new Map<string, Record<string, unknown>>();
  const whole = (id: string, section: SdnSection, own: string | null): Record<string, unknown> => ({
    [nameKey]: id,
    ...section,
    ...facts(id, section),
    digest: own,
  });
  if (flag(call, "pending")) {
    for (const id of new Set([...staged[kind].keys(), ...running[kind].keys()])) {
      shown.set(
        id,
        pendingView(staged[kind].get(id), running[kind].get(id), (section) => whole(id, section, null)),
      );
    }
    return shown;
  }
  const isRunning = flag(call, "running");
  for (const [id, section] of (isRunning ? running : staged)[kind]) {
    shown.set(id, whole(id, section, isRunning ? null : digest));
  }
  return shown;
}

/** Settings that never wait: they say what the object is. */
const fixed = new Set(["type", "vnet", "protocol"]);

function pendingView(
  staged: SdnSection | undefined,
  running: SdnSection | undefined,
  whole: (section: SdnSection) => Record<string, unknown>,
): Record<string, unknown> {
  if (running === undefined) {
    const section = staged ?? {};
    const named = Object.fromEntries(Object.entries(section).filter(([key]) => fixed.has(key)));
    const waiting = Object.fromEntries(Object.entries(section).filter(([key]) => !fixed.has(key)));
    return { ...whole(named), state: "new", pending: waiting };
  }
  if (staged === undefined) {
    return { ...whole(running), state: "deleted", pending: {} };
  }
  const pending: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(staged), ...Object.keys(running)])) {
    if (JSON.stringify(staged[key]) !== JSON.stringify(running[key])) {
      pending[key] = staged[key] ?? "deleted";
    }
  }
  return Object.keys(pending).length === 0 ? whole(running) : { ...whole(running), state: "changed", pending };
}
