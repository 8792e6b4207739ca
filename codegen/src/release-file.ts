import { SCHEMA_KEYS } from "./import/facts.js";
import type { Json, JsonDocument, JsonObject } from "./json.js";
import type { ReleaseFacts } from "./model.js";

type Path = readonly (string | number)[];

const OPERATION = new Set([
  "name",
  "protected",
  "proxyto",
  "allowtoken",
  "download_allowed",
  "expose_credentials",
  "permissions",
  "parameters",
  "returns",
]);
const PERMISSIONS = new Set(["user", "check", "described"]);
const PARAMETERS = new Set(["additionalProperties", "properties"]);
const SCHEMA = new Set(Object.keys(SCHEMA_KEYS));
const ROUTE = /^(GET|POST|PUT|DELETE) \/\S*$/;

/** Takes a release file for what it says, after a look at every key: an edit by hand must not be lost in silence. */
export function readReleaseFile(document: JsonDocument): ReleaseFacts {
  const facts = record(document, document.value, []);
  if (typeof facts["release"] !== "string" || facts["operations"] === undefined) {
    document.fail([], "not a release file: `release` and `operations` are expected; make it with `pve-codegen import`");
  }
  known(document, facts, [], new Set(["release", "operations"]), "a release file");
  for (const [route, value] of Object.entries(record(document, facts["operations"] as Json, ["operations"]))) {
    const at = ["operations", route];
    if (!ROUTE.test(route)) document.fail(at, `"${route}" is no route`);
    checkOperation(document, record(document, value, at), at);
  }
  return document.value as unknown as ReleaseFacts;
}

function checkOperation(document: JsonDocument, operation: JsonObject, at: Path): void {
  known(document, operation, at, OPERATION, "an operation");
  if (typeof operation["name"] !== "string") document.fail(at, "an operation without a name");
  if (operation["permissions"] !== undefined) {
    const place = [...at, "permissions"];
    known(document, record(document, operation["permissions"], place), place, PERMISSIONS, "permissions");
  }
  const place = [...at, "parameters"];
  const parameters = record(document, operation["parameters"] ?? null, place);
  known(document, parameters, place, PARAMETERS, "parameters");
  checkSchemas(document, parameters["properties"] ?? null, [...place, "properties"]);
  if (operation["returns"] !== undefined) checkSchema(document, operation["returns"], [...at, "returns"]);
}

function checkSchema(document: JsonDocument, value: Json, at: Path): void {
  const schema = record(document, value, at);
  known(document, schema, at, SCHEMA, "a schema");
  if (schema["items"] !== undefined) checkSchema(document, schema["items"], [...at, "items"]);
  if (schema["properties"] !== undefined) checkSchemas(document, schema["properties"], [...at, "properties"]);
  const { format, additionalProperties: rest, oneOf } = schema;
  if (typeof format === "object") checkSchemas(document, format, [...at, "format"]);
  if (typeof rest === "object") checkSchema(document, rest, [...at, "additionalProperties"]);
  if (Array.isArray(oneOf)) {
    for (const [index, variant] of (oneOf as readonly Json[]).entries())
      checkSchema(document, variant, [...at, "oneOf", index]);
  }
}

function checkSchemas(document: JsonDocument, value: Json, at: Path): void {
  for (const [name, schema] of Object.entries(record(document, value, at)))
    checkSchema(document, schema, [...at, name]);
}

function record(document: JsonDocument, value: Json, at: Path): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) document.fail(at, "expected an object");
  return value as JsonObject;
}

function known(document: JsonDocument, object: JsonObject, at: Path, keys: ReadonlySet<string>, what: string): void {
  for (const key of Object.keys(object)) {
    if (!keys.has(key)) document.fail([...at, key], `unknown key "${key}" of ${what}`);
  }
}
