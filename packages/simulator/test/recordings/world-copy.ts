/** Copies plain data with maps and sets; functions and class instances stay what they are. */
export function copyOf<Value>(value: Value): Value {
  return copy(value) as Value;
}

function copy(value: unknown): unknown {
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, copy(item)]));
  }
  if (value instanceof Set) {
    return new Set(value);
  }
  if (Array.isArray(value)) {
    return value.map(copy);
  }
  return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)])) : value;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Makes `target` hold again what `saved` holds, in place: whoever knows one of its maps still knows it. */
export function putBack(target: object, saved: object): void {
  if (target instanceof Map && saved instanceof Map) {
    target.clear();
    for (const [key, item] of saved) {
      target.set(key, copy(item));
    }
  } else if (target instanceof Set && saved instanceof Set) {
    target.clear();
    for (const item of saved) {
      target.add(item);
    }
  } else if (Array.isArray(target) && Array.isArray(saved)) {
    target.splice(0, target.length, ...saved.map(copy));
  } else {
    putBackRecord(target as Record<string, unknown>, saved as Record<string, unknown>);
  }
}

function putBackRecord(target: Record<string, unknown>, saved: Record<string, unknown>): void {
  for (const key of Object.keys(target).filter((name) => !(name in saved))) {
    delete target[key];
  }
  for (const [key, item] of Object.entries(saved)) {
    const now = target[key];
    if (typeof now === "object" && now !== null && typeof item === "object" && item !== null) {
      putBack(now, item);
    } else {
      target[key] = copy(item);
    }
  }
}
