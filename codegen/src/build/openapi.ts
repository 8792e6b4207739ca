import type { FactOperation, FactSchema, ReleaseFacts, Route } from "../model.js";
import { pathParameters, splitRoute } from "../model.js";
import type { OperationPermissions } from "../permissions/overlay.js";
import { expressionWords } from "../permissions/words.js";
import type { Docs } from "./docs.js";
import { formatTable } from "./formats.js";
import type { NamedGrammars } from "./grammars.js";
import type { Since, Until } from "./lifetime.js";
import {
  defined,
  grammarSchemas,
  isOptional,
  type OpenApiSchema,
  objectSchema,
  openApiSchema,
} from "./openapi-schema.js";

export interface OpenApiInput {
  readonly facts: ReleaseFacts;
  /** The product version that the facts were read from, such as 9.2.3. */
  readonly version: string;
  readonly grammars: NamedGrammars;
  readonly docs: Docs;
  readonly permissions: (route: Route) => OperationPermissions | undefined;
  readonly since: (route: Route) => Since;
  readonly until: Until;
}

export type OpenApiDocument = { readonly [key: string]: unknown };

/** Builds the central artifact: one OpenAPI 3.1 document of the release, with everything else we know in `x-pve-*`. */
export function buildOpenApi(input: OpenApiInput): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  const tags = new Set<string>();
  const formats = formatTable(input.grammars.formats);
  for (const [route, operation] of Object.entries(input.facts.operations)) {
    const { method, path } = splitRoute(route);
    const tag = tagOf(path);
    tags.add(tag);
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = openApiOperation(route, operation, tag, input);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Proxmox VE API",
      version: input.version,
      "x-pve-release": input.facts.release,
      summary: `Every operation of the Proxmox VE ${input.facts.release} API`,
      description: PREFACE,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [
      {
        url: "https://{host}:8006/api2/json",
        variables: { host: { default: "pve.example", description: "Any node of the cluster." } },
      },
    ],
    security: [{ token: [] }, { ticket: [], csrf: [] }],
    tags: [...tags].sort().map((name) => ({ name, description: `Operations under \`${tagPath(name)}\`.` })),
    paths,
    "x-pve-until": input.until,
    components: {
      securitySchemes: SECURITY,
      responses: { refused: REFUSED },
      schemas: { ...grammarSchemas(input.grammars, input.docs) },
      ...(Object.keys(formats).length > 0 && { "x-pve-formats": formats }),
    },
  };
}

const PREFACE = [
  "Made from the schema that a node serves, corrected where that schema is wrong or silent, and documented anew.",
  "Booleans travel as 1 and 0. Parameters of GET and DELETE go into the query, those of POST and PUT into a form body.",
  "A value with `x-pve-property-string` is sent as comma-separated `key=value` text in the grammar it refers to.",
  "`x-pve-format` names the format that PVE checks a value against; `x-pve-formats` of the components says what it demands.",
  "Keys such as `net0`, `net1` are described once, as a pattern; `x-pve-indexed` says how many there are.",
].join("\n");

const SECURITY = {
  token: {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description: "`PVEAPIToken=user@realm!tokenid=secret`",
  },
  ticket: {
    type: "apiKey",
    in: "cookie",
    name: "PVEAuthCookie",
    description: "The ticket of `POST /access/ticket`, valid for two hours.",
  },
  csrf: {
    type: "apiKey",
    in: "header",
    name: "CSRFPreventionToken",
    description: "Needed beside the ticket by POST, PUT and DELETE.",
  },
};

const REFUSED = {
  description: "Refused. The reason phrase carries the message; most refusals are a plain 500.",
  content: {
    "application/json": {
      schema: {
        type: "object",
        properties: {
          data: { type: "null" },
          message: { type: "string" },
          errors: {
            type: "object",
            additionalProperties: { type: "string" },
            description: "What is wrong, by parameter.",
          },
        },
      },
    },
  },
};

function tagPath(tag: string): string {
  return `/${tag.replace(/^nodes\//, "nodes/{node}/")}`;
}

function tagOf(path: string): string {
  const [first = "", second, third] = path.split("/").filter((segment) => segment !== "");
  if (first === "nodes" && second !== undefined) return third === undefined ? "nodes" : `nodes/${third}`;
  return second === undefined || second.startsWith("{") ? first : `${first}/${second}`;
}

function openApiOperation(route: Route, operation: FactOperation, tag: string, input: OpenApiInput): OpenApiSchema {
  const docs = input.docs.operations.get(route);
  const since = input.since(route);
  return defined({
    summary: docs?.summary.replaceAll("`", "") ?? `${operation.name} (not documented yet)`,
    description: docs?.description,
    tags: [tag],
    security:
      operation.permissions?.user === "world"
        ? []
        : operation.allowtoken === false
          ? [{ ticket: [], csrf: [] }]
          : undefined,
    ...openApiParameters(route, operation, since, input),
    responses: {
      "200": openApiResponse(operation, docs?.returns, input.grammars),
      "4XX": { $ref: "#/components/responses/refused" },
      "5XX": { $ref: "#/components/responses/refused" },
    },
    "x-pve-name": operation.name,
    "x-pve-permissions": permissionsOf(operation, input.permissions(route)),
    "x-pve-allowtoken": operation.allowtoken,
    "x-pve-protected": operation.protected,
    "x-pve-proxyto": operation.proxyto,
    "x-pve-download": operation.download_allowed,
    "x-pve-expose-credentials": operation.expose_credentials,
    "x-pve-task": operation.task,
    "x-pve-since": since.operation,
    "x-pve-confidence": operation.confidence,
  });
}

/** PVE's own block, the merged truth beside it, and that in words. */
function permissionsOf(operation: FactOperation, merged: OperationPermissions | undefined): OpenApiSchema {
  const own = operation.permissions ?? { only: "root@pam" };
  return { ...own, ...merged, ...(merged !== undefined && { inWords: expressionWords(merged.requires) }) };
}

function openApiParameters(route: Route, operation: FactOperation, since: Since, input: OpenApiInput): OpenApiSchema {
  const { method, path } = splitRoute(route);
  const inPath = pathParameters(path);
  const schemaOf = (name: string, schema: FactSchema): OpenApiSchema => ({
    ...openApiSchema(schema, input.grammars, "request", input.docs.parameter(route, name)),
    ...(since.parameters[name] !== undefined && { "x-pve-since": since.parameters[name] }),
  });
  const others = Object.entries(operation.parameters.properties).filter(([name]) => !inPath.includes(name));
  const pathParams = inPath.map((name) =>
    parameter("path", name, true, schemaOf(name, operation.parameters.properties[name] ?? { type: "string" })),
  );
  if (method === "GET" || method === "DELETE") {
    const query = others.map(([name, schema]) => parameter("query", name, !isOptional(schema), schemaOf(name, schema)));
    return pathParams.length + query.length === 0 ? {} : { parameters: [...pathParams, ...query] };
  }
  const body = bodySchema(others, schemaOf, operation.parameters.additionalProperties);
  return {
    ...(pathParams.length > 0 && { parameters: pathParams }),
    ...(others.length > 0 && {
      requestBody: {
        ...(others.some(([name, schema]) => !isOptional(schema) && !name.endsWith("[n]")) && { required: true }),
        content: { "application/x-www-form-urlencoded": { schema: body } },
      },
    }),
  };
}

function parameter(place: "path" | "query", name: string, required: boolean, schema: OpenApiSchema): OpenApiSchema {
  const { description, ...rest } = schema;
  return defined({ name, in: place, description, required: required ? true : undefined, schema: rest });
}

function bodySchema(
  entries: readonly [string, FactSchema][],
  schemaOf: (name: string, schema: FactSchema) => OpenApiSchema,
  open: boolean,
): OpenApiSchema {
  return {
    type: "object",
    ...objectSchema(
      Object.fromEntries(entries.map(([name, schema]) => [name, schemaOf(name, schema)])),
      new Set(entries.filter(([, schema]) => isOptional(schema)).map(([name]) => name)),
      new Map(entries.map(([name, schema]) => [name, schema.indices])),
    ),
    ...(!open && { additionalProperties: false }),
  };
}

function openApiResponse(
  operation: FactOperation,
  docs: string | Readonly<Record<string, string>> | undefined,
  grammars: NamedGrammars,
): OpenApiSchema {
  const data = openApiSchema(operation.returns ?? {}, grammars, "response");
  const described = typeof docs === "object" ? describeFields(data, docs) : data;
  return {
    description: typeof docs === "string" ? docs : "The result, under `data`.",
    content: {
      "application/json": { schema: { type: "object", properties: { data: described }, required: ["data"] } },
    },
  };
}

/** Writes field descriptions into an object, or into the elements of a list. */
function describeFields(data: OpenApiSchema, docs: Readonly<Record<string, string>>): OpenApiSchema {
  if (data["type"] === "array") return { ...data, items: describeFields(data["items"] as OpenApiSchema, docs) };
  const properties = (data["properties"] ?? {}) as Readonly<Record<string, OpenApiSchema>>;
  const described = Object.entries(properties).map(([name, schema]) => [
    name,
    docs[name] === undefined ? schema : { ...schema, description: docs[name] },
  ]);
  return { ...data, ...(described.length > 0 && { properties: Object.fromEntries(described) as unknown }) };
}
