import { grammarTypeName, propertyName } from "./names.js";
import { families, grammarName, type SpecSchema } from "./spec-operations.js";

/** Where a type stands: what a caller may pass is wider than what comes back. */
export type Side = "input" | "output";

/** The TypeScript of a schema's value. Grammars it mentions are added to `grammars`, for the imports. */
export function typeText(schema: SpecSchema, side: Side, grammars: Set<string>): string {
  const grammar = grammarName(schema);
  if (grammar !== undefined) {
    grammars.add(grammar);
    return side === "input" ? `string | ${grammarTypeName(grammar)}` : grammarTypeName(grammar);
  }
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) {
    const texts = new Set(variants.map((variant) => typeText(variant, side, grammars)));
    // A kind of thing that lacks the property has a variant without a type, which would swallow all others.
    if (texts.size > 1) texts.delete("unknown");
    return [...texts].join(" | ");
  }
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  switch (schema.type) {
    case "boolean":
      return "boolean";
    case "integer":
    case "number":
      return "number";
    case "null":
      return "null";
    case "string":
      if (!isList(schema)) return "string";
      return side === "input" ? "string | readonly string[]" : "string[]";
    case "array": {
      const item = typeText(schema.items ?? {}, side, grammars);
      return `${side === "input" ? "readonly " : ""}${/[|]/.test(item) ? `(${item})` : item}[]`;
    }
    case "object":
      return objectText(schema, side, grammars);
    default:
      return "unknown";
  }
}

/** A text that holds several values: its format ends in `-list`. */
export function isList(schema: SpecSchema): boolean {
  return schema["x-pve-format"]?.endsWith("-list") === true;
}

function objectText(schema: SpecSchema, side: Side, grammars: Set<string>): string {
  const members = memberTexts(schema, side, grammars);
  return members.length === 0
    ? "Record<string, unknown>"
    : `{ ${members
        .map((member) => (side === "input" ? orUndefined(member) : member))
        .map(({ name, optional, type }) => `${name}${optional ? "?" : ""}: ${type};`)
        .join(" ")} }`;
}

/**
 * What may be left out may also be given as `undefined`, which is never sent: programs pass on what they were given, and
 * what they have read, with `exactOptionalPropertyTypes` as well.
 */
export function orUndefined(member: MemberText): MemberText {
  const isOptional = member.optional || member.name.startsWith("[");
  return isOptional ? { ...member, type: `${member.type} | undefined` } : member;
}

export interface MemberText {
  /** Ready to print: quoted, or an index signature in brackets. */
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly schema: SpecSchema;
}

/** The members of an object type: properties, families as template-literal keys, and the rest where it is described. */
export function memberTexts(schema: SpecSchema, side: Side, grammars: Set<string>): MemberText[] {
  const required = new Set(schema.required);
  const rest = schema.additionalProperties;
  return [
    ...Object.entries(schema.properties ?? {}).map(([name, inner]) => ({
      name: propertyName(name),
      optional: !required.has(name),
      type: typeText(inner, side, grammars),
      schema: inner,
    })),
    ...families(schema).map(({ stem, schema: inner }) => familyMember(stem, inner, side, grammars)),
    ...(typeof rest === "object" && Object.keys(schema.properties ?? {}).length === 0
      ? [{ name: "[key: string]", optional: false, type: typeText(rest, side, grammars), schema: rest }]
      : []),
  ];
}

export function familyMember(stem: string, schema: SpecSchema, side: Side, grammars: Set<string>): MemberText {
  return { name: `[key: \`${stem}\${number}\`]`, optional: false, type: typeText(schema, side, grammars), schema };
}
