import {
  type InterfaceDeclarationStructure,
  type OptionalKind,
  type PropertySignatureStructure,
  StructureKind,
} from "ts-morph";
import { schemaDoc } from "./doc-text.js";
import type { MemberText } from "./type-text.js";

/** An exported interface of the given members, each with its documentation. */
export function interfaceOf(
  name: string,
  doc: string,
  memberList: readonly MemberText[],
  parent?: string,
): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    name,
    isExported: true,
    docs: [doc],
    ...(parent !== undefined && { extends: [parent] }),
    properties: memberList.map(propertyStructure),
  };
}

function propertyStructure({ name, optional, type, schema }: MemberText): OptionalKind<PropertySignatureStructure> {
  const doc = schemaDoc(schema);
  return { name, type, hasQuestionToken: optional, ...(doc !== undefined && { docs: [doc] }) };
}
