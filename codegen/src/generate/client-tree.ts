import {
  type InterfaceDeclarationStructure,
  type MethodSignatureStructure,
  type OptionalKind,
  StructureKind,
} from "ts-morph";
import type { OperationTypes } from "./client-types.js";
import { operationDoc, schemaDoc } from "./doc-text.js";
import { pathName, propertyName } from "./names.js";
import { typeText } from "./type-text.js";

interface TreeNode {
  readonly path: string;
  readonly children: Map<string, TreeNode>;
  readonly operations: OperationTypes[];
}

/** The interfaces of a tree, and those it takes from the newest release's. */
export interface TreeInterfaces {
  readonly interfaces: readonly InterfaceDeclarationStructure[];
  readonly borrowed: readonly string[];
}

/**
 * The explicit interfaces behind `pve.nodes("pve1").qemu(100).clone.post(…)`: one per path. With `changed` paths only
 * those at and above them are made; all others are the newest release's.
 */
export function treeInterfaces(operations: readonly OperationTypes[], changed?: ReadonlySet<string>): TreeInterfaces {
  const root: TreeNode = { path: "", children: new Map(), operations: [] };
  for (const types of operations) {
    let node = root;
    for (const segment of types.operation.path.split("/").slice(1)) {
      let child = node.children.get(segment);
      if (child === undefined) {
        child = { path: `${node.path}/${segment}`, children: new Map(), operations: [] };
        node.children.set(segment, child);
      }
      node = child;
    }
    node.operations.push(types);
  }
  const all = [rootInterface(root), ...[...root.children.values()].flatMap(nodeInterfaces)];
  if (changed === undefined) return { interfaces: all, borrowed: [] };
  const own = new Set(["PveTree", ...[...changed].flatMap(pathsAbove).map((path) => `${pathName(path)}Path`)]);
  const interfaces = all.filter(({ name }) => own.has(name));
  const mentioned = JSON.stringify(interfaces);
  const others = all.map(({ name }) => name).filter((name) => !own.has(name));
  return { interfaces, borrowed: others.filter((name) => mentioned.includes(`"${name}"`)) };
}

/** `/a/b` → `/a`, `/a/b`. */
function pathsAbove(path: string): string[] {
  const segments = path.split("/").slice(1);
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join("/")}`);
}

function rootInterface(root: TreeNode): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    name: "PveTree",
    isExported: true,
    docs: ["The API as a tree in PVE's own words."],
    properties: [...root.children].map(([segment, child]) => ({
      name: propertyName(segment),
      type: interfaceName(child),
      isReadonly: true,
    })),
  };
}

function interfaceName(node: TreeNode): string {
  return `${pathName(node.path)}Path`;
}

function nodeInterfaces(node: TreeNode): InterfaceDeclarationStructure[] {
  const children = [...node.children];
  const byValue = children.filter(([segment]) => segment.startsWith("{"));
  const own: InterfaceDeclarationStructure = {
    kind: StructureKind.Interface,
    name: interfaceName(node),
    isExported: true,
    docs: [`\`${node.path}\``],
    callSignatures: byValue.map(([segment, child]) => valueSignature(segment.slice(1, -1), child)),
    methods: node.operations.map(methodOf),
    properties: children
      .filter(([segment]) => !segment.startsWith("{"))
      .map(([segment, child]) => ({ name: propertyName(segment), type: interfaceName(child), isReadonly: true })),
  };
  return [own, ...children.flatMap(([, child]) => nodeInterfaces(child))];
}

function valueSignature(name: string, child: TreeNode) {
  const parameter = someOperation(child)?.operation.parameters.find((known) => known.name === name);
  const type = parameter === undefined ? "string" : typeText(parameter.schema, "input", new Set());
  const doc = parameter === undefined ? undefined : schemaDoc(parameter.schema);
  return {
    parameters: [
      {
        name: /^[A-Za-z_]\w*$/.test(name)
          ? name
          : name.replaceAll(/[^A-Za-z0-9]+(\w)/g, (_all, letter: string) => letter.toUpperCase()),
        type,
      },
    ],
    returnType: interfaceName(child),
    ...(doc !== undefined && { docs: [doc] }),
  };
}

function someOperation(node: TreeNode): OperationTypes | undefined {
  return node.operations[0] ?? [...node.children.values()].map(someOperation).find((found) => found !== undefined);
}

function methodOf(types: OperationTypes): OptionalKind<MethodSignatureStructure> {
  const options = { name: "options", type: "CallOptions", hasQuestionToken: true };
  const params =
    types.body === undefined
      ? { name: "params", type: "NoParams", hasQuestionToken: true }
      : { name: "params", type: types.body, hasQuestionToken: types.bodyOptional };
  return {
    name: types.operation.method.toLowerCase(),
    docs: [operationDoc(types.operation)],
    parameters: [params, options],
    returnType: `Promise<${types.result}>`,
  };
}
