import { type InterfaceDeclarationStructure, StructureKind } from "ts-morph";
import { areaOf } from "../model.js";
import { operationDoc } from "./doc-text.js";
import { interfaceOf } from "./interface-structure.js";
import { grammarTypeName, operationName, propertyName } from "./names.js";
import { declareRecord, recordResult } from "./record-types.js";
import type { SpecOperation, SpecParameter, SpecSchema } from "./spec-operations.js";
import { familyMember, type MemberText, memberTexts, orUndefined, typeText } from "./type-text.js";

/** The type names of one operation and how its members are declared. */
export interface OperationTypes {
  readonly operation: SpecOperation;
  readonly area: string;
  /** Everything beside the path; absent when there is nothing. */
  readonly body: string | undefined;
  readonly bodyOptional: boolean;
  /** Path and everything else together, as `call` takes it; absent when there is nothing. */
  readonly params: string | undefined;
  readonly paramsOptional: boolean;
  readonly result: string;
  /** Of an older release: the parameter types are declared beside it, not in the area's module. */
  readonly isOwn?: true;
}

export interface AreaTypes {
  readonly interfaces: InterfaceDeclarationStructure[];
  readonly aliases: { readonly name: string; readonly doc: string; readonly type: string }[];
  readonly grammars: Set<string>;
  task: boolean;
}

/** Collects the declarations of every operation, by area. */
export class TypeCollector {
  readonly areas = new Map<string, AreaTypes>();
  readonly operations: OperationTypes[] = [];

  add(operation: SpecOperation): OperationTypes {
    const area = areaOf(operation.route);
    const types = this.#area(area);
    const name = operationName(operation);
    const inPath = operation.parameters.filter(({ place }) => place === "path");
    const others = operation.parameters.filter(({ place }) => place !== "path");
    const body = others.length === 0 ? undefined : name;
    const nullable = canUnset(operation);
    const isUnion =
      body !== undefined &&
      declareRecord(types, body, `Parameters of \`${operation.route}\` beside its path.`, others, (group) =>
        members(group, types.grammars, nullable),
      );
    const params = inPath.length === 0 ? body : `${name}Params`;
    if (inPath.length > 0) {
      const doc = `Parameters of \`${operation.route}\`.`;
      // An interface cannot extend a union, so those few are joined to their path by an intersection.
      if (isUnion) types.aliases.push({ name: `${name}Params`, doc, type: `${name} & ${name}Path` });
      const own = members(inPath, types.grammars);
      types.interfaces.push(
        interfaceOf(isUnion ? `${name}Path` : `${name}Params`, doc, own, isUnion ? undefined : body),
      );
    }
    const bodyOptional = others.every(({ required }) => !required);
    const added: OperationTypes = {
      operation,
      area,
      body,
      bodyOptional,
      params,
      paramsOptional: inPath.length === 0 && bodyOptional,
      result: this.#result(name, operation, types),
    };
    this.operations.push(added);
    return added;
  }

  #area(area: string): AreaTypes {
    const known = this.areas.get(area);
    if (known !== undefined) return known;
    const fresh: AreaTypes = { interfaces: [], aliases: [], grammars: new Set(), task: false };
    this.areas.set(area, fresh);
    return fresh;
  }

  #result(name: string, operation: SpecOperation, types: AreaTypes): string {
    if (operation.task !== undefined) {
      types.task = true;
      return { always: "Task", "or-null": "Task | null", "or-text": "Task | string" }[operation.task];
    }
    const returns = operation.returns;
    if (returns === undefined) return "unknown";
    if (isRecord(returns)) return recordResult(`${name}Result`, `What \`${operation.route}\` returns.`, returns, types);
    if (returns.type === "array" && returns.items !== undefined && isRecord(returns.items)) {
      const doc = `One element of what \`${operation.route}\` returns.`;
      return `${recordResult(`${name}Item`, doc, returns.items, types)}[]`;
    }
    return typeText(returns, "output", types.grammars);
  }
}

function isRecord(schema: SpecSchema): boolean {
  return (
    schema.type === "object" &&
    schema.oneOf === undefined &&
    schema.anyOf === undefined &&
    (Object.keys(schema.properties ?? {}).length > 0 || schema.patternProperties !== undefined)
  );
}

/** Parameters that steer a change and are no setting, so there is nothing to unset. */
const STEERING = new Set([
  "background_delay",
  "delete",
  "digest",
  "force",
  "import-working-storage",
  "lock-token",
  "revert",
  "skiplock",
]);

/** Whether settings can be unset: there is a list of names to delete. */
function canUnset({ parameters }: SpecOperation): boolean {
  return parameters.some(({ name, schema }) => name === "delete" && schema.type !== "boolean");
}

function members(parameters: readonly SpecParameter[], grammars: Set<string>, nullable = false): MemberText[] {
  return parameters.map(({ name, required, schema }) => {
    const isSetting = nullable && !required && !STEERING.has(name);
    const stem = /^(.*)\[n\]$/.exec(name)?.[1];
    const member =
      stem === undefined
        ? { name: propertyName(name), optional: !required, type: typeText(schema, "input", grammars), schema }
        : familyMember(stem, schema, "input", grammars);
    return orUndefined(isSetting ? { ...member, type: `${member.type} | null` } : member);
  });
}

/** One interface per property-string grammar. */
export function grammarInterfaces(grammars: Readonly<Record<string, SpecSchema>>): InterfaceDeclarationStructure[] {
  return Object.entries(grammars).map(([name, schema]) => {
    const aliases = new Set(
      Object.entries(schema.properties ?? {}).flatMap(([key, entry]) =>
        (entry["x-pve-alias"] ?? entry["x-pve-key-alias"]) === undefined ? [] : [key],
      ),
    );
    const plain = Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(([key]) => !aliases.has(key))
        .map(([key, entry]) => [key, withoutList(entry)]),
    );
    return interfaceOf(
      grammarTypeName(name),
      `A property string in the grammar \`${name}\`, key by key.`,
      memberTexts({ ...schema, properties: plain }, "output", new Set()).map(orUndefined),
    );
  });
}

/** The `Operations` interface: every route with its parameters and result. */
export function operationsInterface(operations: readonly OperationTypes[]): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    name: "Operations",
    isExported: true,
    docs: ["Every operation by its route: the parameters that `call` takes and what it resolves to."],
    properties: operations.map((types) => ({
      name: JSON.stringify(types.operation.route),
      docs: [operationDoc(types.operation)],
      type: `{ params: ${types.params ?? "NoParams"}; result: ${types.result} }`,
    })),
  };
}

/** A list inside a property string stays one text: its elements are joined by semicolons and PVE knows them only so. */
function withoutList({ "x-pve-format": format, ...schema }: SpecSchema): SpecSchema {
  return format === undefined || format.endsWith("-list") ? schema : { ...schema, "x-pve-format": format };
}
