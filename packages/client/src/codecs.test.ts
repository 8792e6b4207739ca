import fc from "fast-check";
import { describe, expect, inject, it, test } from "vitest";
import { decodeValue } from "./decode.js";
import { encodeForm, encodeValue } from "./encode.js";
import { areas } from "./generated/areas.gen.js";
import { grammars } from "./generated/grammars.gen.js";
import type { Grammar, GrammarKey, OperationSpec } from "./operation.js";
import { propertyCodec } from "./property-codec.js";
import { type PropertyRecord, parseRecord, printRecord, recordProblems } from "./property-string.js";
import { fillPath, pathProblem } from "./route.js";
import { isScalar, NUMBER, printScalar, readBoolean, readNumber, splitList } from "./scalar.js";
import { findParam } from "./table.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Cases per codec; the nightly run asks for more. */
    readonly codecCases: number;
    readonly faultCases: number;
  }
}

const cases = { numRuns: inject("codecCases") ?? 200 };
const PATIENT = 120_000;

/** Reads a form as PVE's server does: split at `&` and `;`, cut at the first `=`, decode, repeated keys to an array. */
function readForm(form: string): Record<string, string | string[]> {
  const read = new Map<string, string | string[]>();
  for (const pair of form.split(/[&;]/).filter((part) => part !== "")) {
    const [key = "", value = ""] = pair.split("=", 2).map((part) => decodeURIComponent(part.replaceAll("+", " ")));
    const before = read.get(key);
    read.set(key, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(read);
}

const text = fc.string({ unit: "grapheme", maxLength: 20 });

describe("scalars", () => {
  it("are numbers without an exponent, which read back as the same number", () => {
    const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger());
    fc.assert(
      fc.property(numbers, (number) => {
        const written = printScalar(number);
        expect(written).toMatch(NUMBER);
        expect(written).not.toMatch(/e/i);
        // An integer beyond 2^53 stays text, since a number could not hold all that a server might mean.
        const read = readNumber(written);
        expect(typeof read === "string" ? Number(read) : read).toBe(number === 0 ? 0 : number);
      }),
      cases,
    );
  });

  it("are booleans as 1 and 0, and any other text is left alone", () => {
    fc.assert(
      fc.property(fc.oneof(fc.boolean(), text), (value) => {
        if (typeof value === "boolean") expect(readBoolean(printScalar(value))).toBe(value);
        else if (!["", "0", "1"].includes(value)) expect(readBoolean(value)).toBe(value);
      }),
      cases,
    );
  });
});

describe("lists and arrays", () => {
  it("are lists that PVE splits into the same items, separators inside items included", () => {
    const items = fc.array(text.filter((item) => item !== "" && !item.includes("\0")));
    fc.assert(
      fc.property(items, (list) => {
        const encoded = encodeValue(list, { type: "string", list: true });
        if ("problem" in encoded) throw new Error(encoded.problem);
        expect(splitList(String(encoded.wire))).toEqual(list);
        expect(decodeValue(encoded.wire, "list")).toEqual(list);
      }),
      cases,
    );
  });

  it("are arrays as repeated keys in their order", () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 2 }), (list) => {
        const encoded = encodeValue(list, { type: "array", items: { type: "string" } });
        if ("problem" in encoded) throw new Error(encoded.problem);
        expect(readForm(encodeForm({ command: encoded.wire }))).toEqual({ command: list });
      }),
      cases,
    );
  });
});

describe("what goes over the wire", () => {
  it("reads back from a form whatever it holds, semicolons included", () => {
    fc.assert(
      fc.property(fc.dictionary(text.filter(Boolean), text), (record) => {
        expect(readForm(encodeForm(record))).toEqual({ ...record });
      }),
      cases,
    );
  });

  it("is one segment of the path, or the rest of it for volumes, and decodes to the value", () => {
    fc.assert(
      fc.property(fc.constantFrom("node", "volume"), text, (name, value) => {
        if (pathProblem(name, value) !== undefined) return;
        const path = fillPath(`/a/{${name}}/b`, { [name]: value });
        expect(path.split("/")).toHaveLength(4);
        expect(decodeURIComponent(path.split("/")[2] ?? "")).toBe(value);
      }),
      cases,
    );
  });

  it("has keys encoded twice exactly once, also when what was read is written back", () => {
    const spec = { type: "string", encode: "uri" } as const;
    fc.assert(
      fc.property(
        text.map((comment) => `ssh-ed25519 AAAA+/= ${comment}\n`),
        (keys) => {
          const first = encodeValue(keys, spec);
          if ("problem" in first) throw new Error(first.problem);
          expect(decodeURIComponent(String(first.wire))).toBe(keys);
          expect(encodeValue(first.wire, spec)).toEqual(first);
        },
      ),
      cases,
    );
  });
});

describe("indexed families", async () => {
  const specs = await Promise.all(Object.values(areas).map((load) => load()));
  const known = specs.flatMap(({ operations }) =>
    Object.entries(operations).flatMap(([route, spec]) => familiesOf(route, spec)),
  );

  it("there are some, each with a bound", () => {
    expect(known.length).toBeGreaterThan(20);
    expect(known.filter(({ indices }) => indices === undefined)).toEqual([]);
  });

  test.each(known)("of $route: $stem takes its indices and no others", ({ stem, spec, indices = 0 }) => {
    fc.assert(
      fc.property(fc.nat(2 * indices + 2), (index) => {
        expect(findParam(`${stem}${index}`, spec) !== undefined).toBe(index < indices);
        expect(findParam(`${stem}0${index}`, spec)).toBeUndefined();
        expect(findParam(`${stem}-${index}`, spec)).toBeUndefined();
      }),
      cases,
    );
  });
});

function familiesOf(route: string, spec: OperationSpec) {
  return Object.entries(spec.params ?? {}).flatMap(([name, { indices }]) => {
    const stem = /^(.*)\[n\]$/.exec(name)?.[1];
    return stem === undefined ? [] : [{ route, stem, spec, indices }];
  });
}

describe.each(Object.entries(grammars))("the grammar %s", (name, grammar) => {
  it("reads every record as it was printed", { timeout: PATIENT }, () => {
    fc.assert(
      fc.property(recordOf(grammar), (record) => {
        const printed = printRecord(record, grammar);
        expect(parseRecord(printed, grammar)).toEqual(record);
        expect(propertyCodec.read(printed, name)).toEqual(record);
      }),
      cases,
    );
  });

  it("gives a text back byte for byte, aliases, order and unknown keys included", { timeout: PATIENT }, () => {
    fc.assert(
      fc.property(textOf(grammar), (written) => {
        const record = parseRecord(written, grammar);
        if (record === undefined) return; // A key twice, by way of an alias.
        expect(printRecord(record, grammar)).toBe(written);
        const copy = { ...record };
        const again = printRecord(copy, grammar);
        expect(parseRecord(again, grammar)).toEqual(record);
        // What was printed once is printed the same ever after.
        expect(printRecord({ ...parseRecord(again, grammar) }, grammar)).toBe(again);
      }),
      cases,
    );
  });

  it("takes every record that it can print, and says why of every other", { timeout: PATIENT }, () => {
    fc.assert(
      fc.property(recordOf(grammar), fc.dictionary(text, fc.anything({ maxDepth: 0 })), (record, odd) => {
        const problems = recordProblems({ ...odd, ...record }, grammar);
        if (problems.length > 0) {
          for (const problem of problems) expect(problem).toMatch(/ \S/);
          return;
        }
        const read = parseRecord(printRecord({ ...odd, ...record }, grammar), grammar);
        const given = Object.entries({ ...odd, ...record }).filter(([, value]) => isScalar(value));
        for (const [key] of given) expect(Object.keys(read ?? {})).toContain(grammar.keys[key]?.alias ?? key);
      }),
      cases,
    );
  });
});

/** Records of a grammar by its real keys, with a key that nobody knows yet; aliases are only other names. */
function recordOf(grammar: Grammar): fc.Arbitrary<PropertyRecord> {
  const keys = Object.entries(grammar.keys).filter(
    ([, spec]) => spec.alias === undefined && spec.keyAlias === undefined,
  );
  const entries = keys.map(([key, spec]) => fc.option(someValueOf(spec).map((value) => [key, value] as const)));
  const unknown = fc.option(word.map((value) => ["key-of-tomorrow", value] as const));
  return fc
    .tuple(...entries, unknown)
    .chain((given) => fc.shuffledSubarray(given.filter((entry) => entry !== null)))
    .map((given) => Object.fromEntries(given));
}

/** Texts of a grammar as a person or an older release may have written them. */
function textOf({ keys, default: byDefault }: Grammar): fc.Arbitrary<string> {
  const named = Object.entries(keys).map(([key, spec]) => spellingOf(spec).map((value) => `${key}=${value}`));
  const bare = byDefault === undefined ? [] : [word.filter((value) => !value.includes("="))];
  const parts = fc.oneof(
    ...named,
    ...bare,
    word.map((value) => `key-of-tomorrow=${value}`),
    fc.constant(""),
  );
  return fc.array(parts, { minLength: 1, maxLength: 6 }).map((given) => given.join(","));
}

const word = fc.stringMatching(/^[a-z0-9:/.=;-]{1,12}$/);

function spellingOf(spec: GrammarKey): fc.Arbitrary<string> {
  if (spec.type === "boolean") return fc.constantFrom("1", "0", "yes", "no", "On", "off", "true", "false");
  if (spec.type !== "string") return fc.oneof(fc.integer().map(String), fc.constantFrom("007", "+1", "N/A", "1.50"));
  return spec.enum === undefined ? word : fc.constantFrom(...spec.enum, "value-of-tomorrow");
}

function someValueOf(spec: GrammarKey): fc.Arbitrary<string | number | boolean> {
  if (spec.type === "boolean") return fc.boolean();
  if (spec.type !== "string")
    return fc.integer({ min: Math.ceil(spec.min ?? 0), max: Math.floor(spec.max ?? 100_000) });
  return spec.enum === undefined ? word : fc.constantFrom(...spec.enum);
}
