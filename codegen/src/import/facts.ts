import type { Json, JsonDocument, JsonObject } from "../json.js";
import type { FactOperation, FactPermissions, FactSchema, ReleaseFacts } from "../model.js";
import { compareRoutes, METHODS } from "../model.js";

type Path = readonly (string | number)[];

const NODE_KEYS = new Set(["path", "text", "leaf", "children", "info"]);
/** Left behind on purpose: prose, and what only a viewer needs. */
const SCHEMA_PROSE = new Set([
  "description",
  "verbose_description",
  "format_description",
  "typetext",
  "title",
  "max",
  "min",
]);
const OPERATION_PROSE = new Set(["description", "method"]);

/** Turns PVE's API tree into facts. An unknown key, a duplicate route or a misplaced value is an error with its place. */
export function importFacts(release: string, document: JsonDocument): ReleaseFacts {
  const found = new Map<string, FactOperation>();
  const reader = new TreeReader(document, found);
  reader.nodes(document.value, []);
  if (found.size === 0) document.fail([], "the tree holds no operation");
  const routes = [...found.keys()].sort(compareRoutes);
  return { release, operations: Object.fromEntries(routes.map((route) => [route, found.get(route) as FactOperation])) };
}

class TreeReader {
  readonly #document: JsonDocument;
  readonly #found: Map<string, FactOperation>;

  constructor(document: JsonDocument, found: Map<string, FactOperation>) {
    this.#document = document;
    this.#found = found;
  }

  nodes(value: Json, at: Path): void {
    if (!Array.isArray(value)) this.#document.fail(at, "expected a list of API nodes");
    for (const [index, node] of (value as readonly Json[]).entries()) this.#node(node, [...at, index]);
  }

  #node(value: Json, at: Path): void {
    const node = this.#object(value, at);
    for (const key of Object.keys(node)) {
      if (!NODE_KEYS.has(key)) this.#document.fail([...at, key], `unknown key "${key}" of an API node`);
    }
    const path = node["path"];
    if (typeof path !== "string" || !path.startsWith("/")) this.#document.fail(at, "an API node without a path");
    if (node["info"] !== undefined)
      this.#operations(path as string, this.#object(node["info"], [...at, "info"]), [...at, "info"]);
    if (node["children"] !== undefined) this.nodes(node["children"], [...at, "children"]);
  }

  #operations(path: string, info: JsonObject, at: Path): void {
    for (const [method, value] of Object.entries(info)) {
      if (!METHODS.some((known) => known === method))
        this.#document.fail([...at, method], `unknown method "${method}"`);
      const route = `${method} ${path}`;
      if (this.#found.has(route)) this.#document.fail([...at, method], `the route "${route}" stands twice`);
      this.#found.set(route, this.#operation(this.#object(value, [...at, method]), [...at, method]));
    }
  }

  #operation(info: JsonObject, at: Path): FactOperation {
    for (const key of Object.keys(info)) {
      if (!OPERATION_PROSE.has(key) && !(key in OPERATION_KEYS))
        this.#document.fail([...at, key], `unknown key "${key}" of an operation`);
    }
    const name = info["name"];
    if (typeof name !== "string") this.#document.fail(at, "an operation without a name");
    const proxyto = info["proxyto"];
    return {
      name: name as string,
      ...(flag(info["protected"]) && { protected: true as const }),
      ...(typeof proxyto === "string" && { proxyto }),
      // 9.2 leaves the zero out where older releases print it.
      ...(!flag(info["allowtoken"]) && { allowtoken: false as const }),
      ...(flag(info["download_allowed"]) && { download_allowed: true as const }),
      ...(flag(info["expose_credentials"]) && { expose_credentials: true as const }),
      ...(info["permissions"] !== undefined && {
        permissions: this.#permissions(info["permissions"], [...at, "permissions"]),
      }),
      parameters: this.#parameters(info["parameters"] ?? {}, [...at, "parameters"]),
      ...(info["returns"] !== undefined && { returns: this.#schema(info["returns"], [...at, "returns"]) }),
    };
  }

  #permissions(value: Json, at: Path): FactPermissions {
    const given = this.#object(value, at);
    for (const key of Object.keys(given)) {
      if (!["user", "check", "description"].includes(key))
        this.#document.fail([...at, key], `unknown key "${key}" of permissions`);
    }
    const { user, check } = given;
    return {
      ...(typeof user === "string" && { user }),
      ...(Array.isArray(check) && { check }),
      ...(given["description"] !== undefined && { described: true as const }),
    };
  }

  #parameters(value: Json, at: Path): FactOperation["parameters"] {
    const given = this.#object(value, at);
    for (const key of Object.keys(given)) {
      if (!["properties", "additionalProperties", "type"].includes(key))
        this.#document.fail([...at, key], `unknown key "${key}" of parameters`);
    }
    const properties = this.#object(given["properties"] ?? {}, [...at, "properties"]);
    // Absent means allowed, as in JSON Schema: PVE prints a zero where unknown parameters are refused.
    const additional = given["additionalProperties"];
    return {
      additionalProperties: additional === undefined || flag(additional),
      properties: this.#schemas(properties, [...at, "properties"]),
    };
  }

  #schemas(given: JsonObject, at: Path): Record<string, FactSchema> {
    const names = Object.keys(given).sort();
    return Object.fromEntries(names.map((name) => [name, this.#schema(given[name] as Json, [...at, name])]));
  }

  #schema(value: Json, at: Path): FactSchema {
    const given = this.#object(value, at);
    const kept: Record<string, unknown> = {};
    for (const key of Object.keys(given)) {
      if (!SCHEMA_PROSE.has(key) && !(key in SCHEMA_KEYS))
        this.#document.fail([...at, key], `unknown key "${key}" of a schema`);
    }
    for (const key of Object.keys(SCHEMA_KEYS)) {
      const entry = given[key];
      if (entry === undefined) continue;
      const read = this.#entry(key, entry, [...at, key]);
      if (read !== undefined) kept[key] = read;
    }
    if (isRemark(kept["type"], kept["default"])) delete kept["default"];
    return kept as FactSchema;
  }

  #entry(key: string, value: Json, at: Path): unknown {
    switch (SCHEMA_KEYS[key]) {
      case "flag":
        return flag(value) ? true : undefined;
      case "number":
        if (!Number.isFinite(Number(value))) this.#document.fail(at, `"${key}" is not a number`);
        return Number(value);
      case "text":
        if (typeof value !== "string") this.#document.fail(at, `"${key}" is not a text`);
        return value;
      case "schema":
        return this.#schema(value, at);
      case "schemas":
        return this.#schemas(this.#object(value, at), at);
      case "format":
        return typeof value === "string" ? value : this.#schemas(this.#object(value, at), at);
      case "open":
        return typeof value === "object" && value !== null ? this.#schema(value, at) : flag(value);
      case "variants":
        if (!Array.isArray(value)) this.#document.fail(at, `"${key}" is not a list`);
        return (value as readonly Json[]).map((variant, index) => this.#schema(variant, [...at, index]));
      default:
        return value === null ? undefined : value;
    }
  }

  #object(value: Json, at: Path): JsonObject {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      this.#document.fail(at, "expected an object");
    return value as JsonObject;
  }
}

/** Some defaults are sentences ("limit from the storage configuration"), or do not fit the type: prose, so not kept. */
function isRemark(type: unknown, value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== "string") return false;
  return type === "string" ? /^[^,]*( [^ ,]+){4}/.test(value) : !/^-?\d+(\.\d+)?$/.test(value);
}

function flag(value: Json | undefined): boolean {
  return value === 1 || value === "1" || value === true;
}

const OPERATION_KEYS = {
  name: true,
  protected: true,
  proxyto: true,
  allowtoken: true,
  download_allowed: true,
  expose_credentials: true,
  permissions: true,
  parameters: true,
  returns: true,
};

/** Every key a schema may carry, in the order the facts print it. */
export const SCHEMA_KEYS: Readonly<Record<string, string>> = {
  type: "text",
  optional: "flag",
  default_key: "flag",
  alias: "text",
  keyAlias: "text",
  enum: "value",
  pattern: "text",
  minimum: "number",
  maximum: "number",
  minLength: "number",
  maxLength: "number",
  format: "format",
  default: "value",
  requires: "text",
  "type-property": "text",
  "instance-types": "value",
  renderer: "text",
  links: "value",
  items: "schema",
  properties: "schemas",
  additionalProperties: "open",
  oneOf: "variants",
};
