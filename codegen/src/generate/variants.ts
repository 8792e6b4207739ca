import type { SpecSchema } from "./spec-operations.js";

/** A parameter or field that may belong to some types of an object only. */
export interface Variable {
  readonly name: string;
  readonly schema: SpecSchema;
}

/** An object whose fields depend on one of them: the types, and what each has beside what all have. */
export interface Variants<T extends Variable> {
  /** The field that tells them apart, such as `type`; always required. */
  readonly discriminator: string;
  readonly common: readonly T[];
  readonly byType: ReadonlyMap<string, readonly T[]>;
}

/** Finds out whether an object comes in several types; undefined when all of its fields belong to all of them. */
export function splitVariants<T extends Variable>(entries: readonly T[]): Variants<T> | undefined {
  const discriminator = entries.map(({ schema }) => schema["x-pve-type-property"]).find((name) => name !== undefined);
  const types = entries.find(({ name }) => name === discriminator)?.schema.enum;
  if (discriminator === undefined || types === undefined) return undefined;
  const depends = ({ schema }: T) => schema["x-pve-type-property"] === discriminator;
  return {
    discriminator,
    common: entries.filter((entry) => !depends(entry) && entry.name !== discriminator),
    byType: new Map(
      types.map((type) => [String(type), entries.filter(depends).flatMap((entry) => ofType(entry, String(type)))]),
    ),
  };
}

/** The entry as one type has it: as it is, in the shape of that type, or not at all. */
function ofType<T extends Variable>(entry: T, type: string): T[] {
  const { schema } = entry;
  if (schema.oneOf !== undefined) {
    const shape = schema.oneOf.find((variant) => variant["x-pve-instance-types"]?.includes(type) === true);
    return shape === undefined
      ? []
      : [
          {
            ...entry,
            schema: { ...shape, ...(schema.description !== undefined && { description: schema.description }) },
          },
        ];
  }
  const types = schema["x-pve-instance-types"];
  return types === undefined || types.includes(type) ? [entry] : [];
}
