import { type StatementStructures, StructureKind } from "ts-morph";
import type { AreaTypes } from "./client-types.js";
import { interfaceOf } from "./interface-structure.js";
import { propertyName, grammarTypeName as typeName } from "./names.js";
import type { SpecSchema } from "./spec-operations.js";
import { type MemberText, memberTexts } from "./type-text.js";
import { splitVariants, type Variable } from "./variants.js";

/**
 * Declares a record: one interface, or, where its fields depend on one of them, an interface for each type and their
 * union. Returns whether it became a union.
 */
export function declareRecord<T extends Variable>(
  types: AreaTypes,
  name: string,
  doc: string,
  entries: readonly T[],
  print: (entries: readonly T[], isWhole: boolean) => MemberText[],
): boolean {
  const variants = splitVariants(entries);
  if (variants === undefined) {
    types.interfaces.push(interfaceOf(name, doc, print(entries, true)));
    return false;
  }
  const { discriminator, common, byType } = variants;
  const shared = `What \`${name}\` has whatever its \`${discriminator}\`.`;
  types.interfaces.push(interfaceOf(`${name}Common`, shared, print(common, true)));
  for (const [type, own] of byType) {
    const tag = { name: propertyName(discriminator), optional: false, type: JSON.stringify(type), schema: {} };
    const text = `\`${name}\` with \`${discriminator}\` \`${type}\`.`;
    types.interfaces.push(interfaceOf(name + typeName(type), text, [tag, ...print(own, false)], `${name}Common`));
  }
  types.aliases.push({ name, doc, type: [...byType.keys()].map((type) => name + typeName(type)).join(" | ") });
  return true;
}

/** Declares a record that an operation returns, and gives its name. */
export function recordResult(name: string, doc: string, record: SpecSchema, types: AreaTypes): string {
  const fields = Object.entries(record.properties ?? {}).map(([field, schema]) => ({ name: field, schema }));
  const { patternProperties: _families, additionalProperties: _rest, ...plain } = record;
  declareRecord(types, name, doc, fields, (group, isWhole) => {
    const properties = Object.fromEntries(group.map((entry) => [entry.name, entry.schema]));
    return memberTexts({ ...(isWhole ? record : plain), properties }, "output", types.grammars);
  });
  return name;
}

/** An exported type alias with its documentation. */
export function aliasStatement({ name, doc, type }: AreaTypes["aliases"][number]): StatementStructures {
  return { kind: StructureKind.TypeAlias, name, isExported: true, docs: [doc], type };
}
