/** The form of answers: the fields that each of them has, with the types seen, or the type of a value. */
export interface Shape {
  readonly types: readonly string[];
  /** Of objects, and of the items of lists: the fields that none is without. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
}

function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

/** What a number of answers have in common. */
export function shapeOf(answers: readonly unknown[]): Shape {
  const types = [...new Set(answers.map(typeOf))].sort();
  const records = answers.flatMap((answer) => (Array.isArray(answer) ? answer : [answer])).filter(isRecord);
  const [first] = records;
  if (first === undefined) {
    return { types };
  }
  const required = Object.keys(first).filter((key) => records.every((record) => key in record));
  const fields = required.sort().map((key) => [key, [...new Set(records.map((record) => typeOf(record[key])))].sort()]);
  return { types, fields: Object.fromEntries(fields) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What of a recorded form an answer does not have. */
export function departures(answer: unknown, { types, fields = {} }: Shape): string[] {
  if (!types.includes(typeOf(answer))) {
    return [`is ${typeOf(answer)}, not ${types.join(" or ")}`];
  }
  const records = (Array.isArray(answer) ? answer : [answer]).filter(isRecord);
  const found = records.flatMap((record) =>
    Object.entries(fields).flatMap(([key, wanted]) => {
      if (!(key in record)) {
        return [`${key} is missing`];
      }
      const type = typeOf(record[key]);
      return wanted.includes(type) ? [] : [`${key} is ${type}, not ${wanted.join(" or ")}`];
    }),
  );
  return [...new Set(found)];
}
