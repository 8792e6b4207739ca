import { isRecord, type Json } from "../schema.js";
import { plain, type Row } from "../window.js";
import { isSecret } from "./guest-config.js";

/** What an update sends: the keys that get a value, and those that go. */
export interface ConfigPlan {
  readonly set: Readonly<Record<string, unknown>>;
  readonly remove: readonly string[];
}

/** One setting before and after; a part of a property string is named `net0.tag`. */
export interface ConfigChange {
  readonly key: string;
  readonly before?: Json;
  readonly after?: Json;
  /** It is written, and in force once the guest has been stopped and started. */
  readonly pending?: true;
}

/**
 * Works out what to send for the wanted settings. Null takes a setting away. An object changes only the parts it names,
 * so `{ net0: { tag: 20 } }` keeps bridge and address; text replaces the whole value.
 */
export function planChanges(
  wanted: Readonly<Record<string, unknown>>,
  current: Row,
  remove: readonly string[],
): ConfigPlan {
  const gone = Object.entries(wanted)
    .filter(([, value]) => value === null)
    .map(([key]) => key);
  const kept = Object.entries(wanted).filter(([, value]) => value !== null);
  return {
    set: Object.fromEntries(kept.map(([key, value]) => [key, merge(value, current[key])])),
    remove: [...new Set([...remove, ...gone])],
  };
}

function merge(value: unknown, current: unknown): unknown {
  if (!isRecord(value)) return value;
  const parts = { ...(isRecord(current) && current), ...value };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== null));
}

/** Every setting, or part of one, that differs; sorted by name. Values of secret settings are left out. */
export function compareConfigs(before: Row, after: Row, pending: ReadonlySet<string>): readonly ConfigChange[] {
  const old = flatten(before);
  const fresh = flatten(after);
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((key) => JSON.stringify(old.get(key)) !== JSON.stringify(fresh.get(key)))
    .sort()
    .map((key) => {
      const was = old.get(key);
      const is = fresh.get(key);
      const shown = { ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) };
      const setting = key.split(".")[0] ?? key;
      return { key, ...(isSecret(setting) ? {} : shown), ...(pending.has(setting) && { pending: true as const }) };
    });
}

/** Settings by name, property strings part by part. The digest is no setting. */
function flatten(config: Row): ReadonlyMap<string, Json> {
  const entries = Object.entries(config).flatMap(([key, value]): [string, Json][] => {
    if (key === "digest" || value === undefined) return [];
    return isRecord(value)
      ? Object.entries(value).map(([part, inner]) => [`${key}.${part}`, plain(inner)])
      : [[key, plain(value)]];
  });
  return new Map(entries);
}
