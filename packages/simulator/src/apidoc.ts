import type { Contract, ContractOperation, Schema } from "./contract.js";

/** Where a node serves its API viewer's data. */
export const apidocPath = "/pve-docs/api-viewer/apidoc.js";

interface ApiNode {
  readonly path: string;
  readonly text: string;
  leaf: 0 | 1;
  children?: ApiNode[];
  info?: Record<string, object>;
}

/** The API as a node's viewer gets it: a script that declares PVE's own tree, here without any prose. */
export function apidocScript(contract: Contract): string {
  const roots: ApiNode[] = [];
  for (const [route, operation] of Object.entries(contract.operations)) {
    const [method = "", path = ""] = route.split(" ");
    const node = path === "/" ? nodeOf(roots, ["/"], "/") : nodeAt(roots, path);
    node.info = { ...node.info, [method]: describe(method, operation) };
  }
  return `const apiSchema = ${JSON.stringify(roots)};\n`;
}

function nodeAt(roots: ApiNode[], path: string): ApiNode {
  const parts = path.split("/").filter((part) => part !== "");
  let siblings = roots;
  let at = "";
  let found: ApiNode | undefined;
  for (const part of parts) {
    at = `${at}/${part}`;
    if (found) {
      found.children ??= [];
      found.leaf = 0;
      siblings = found.children;
    }
    found = nodeOf(siblings, [part], at);
  }
  return found ?? nodeOf(roots, ["/"], "/");
}

function nodeOf(siblings: ApiNode[], [text = ""]: readonly string[], path: string): ApiNode {
  const known = siblings.find((node) => node.path === path);
  if (known) {
    return known;
  }
  const node: ApiNode = { path, text, leaf: 1 };
  siblings.push(node);
  return node;
}

/** One operation; flags are figures, and are left out where they are not set, as PVE prints them. */
function describe(method: string, operation: ContractOperation): object {
  const { name, proxyto, permissions, parameters, returns } = operation;
  return {
    method,
    name,
    allowtoken: operation.allowtoken === false ? 0 : 1,
    ...(operation.protected ? { protected: 1 } : {}),
    ...(proxyto === undefined ? {} : { proxyto }),
    ...(permissions === undefined ? {} : { permissions: describePermissions(permissions) }),
    parameters: {
      additionalProperties: parameters.additionalProperties ? 1 : 0,
      properties: properties(parameters.properties),
    },
    ...(returns === undefined ? {} : { returns: schema(returns) }),
  };
}

function describePermissions({ user, check }: NonNullable<ContractOperation["permissions"]>): object {
  return { ...(user === undefined ? {} : { user }), ...(check === undefined ? {} : { check }) };
}

function properties(given: Readonly<Record<string, Schema>>): Record<string, object> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, schema(value)]));
}

/** A schema in PVE's spelling: the number of an indexed family's members is no part of it. */
function schema({ indices: _indices, ...given }: Schema): object {
  const { items, properties: inner, format, oneOf, optional, default_key: isDefault, ...plain } = given;
  return {
    ...plain,
    ...(optional ? { optional: 1 } : {}),
    ...(isDefault ? { default_key: 1 } : {}),
    ...(items === undefined ? {} : { items: schema(items) }),
    ...(inner === undefined ? {} : { properties: properties(inner) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(schema) }),
    ...(format === undefined ? {} : { format: typeof format === "string" ? format : properties(format) }),
  };
}
