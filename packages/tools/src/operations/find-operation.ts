import type { OperationId } from "@pve/client";
import type { ToolEntry } from "../define.js";
import { LEFT_OUT } from "../left-out.js";
import type { ResolvedTool } from "../resolved.js";
import { type JsonSchema, type ObjectSchema, openObject } from "../schema.js";
import { windowParametersOf } from "../window.js";
import { shownOnce } from "./answer-secrets.js";
import type { OperationParameter, OperationTable, PackedOperation } from "./operation-table.js";

/** Which toolset operations belong to that are called by their route. */
const OPERATIONS = "operations";

let loading: Promise<OperationTable> | undefined;

/** The table of all operations, read on first use: a server that starts does not pay for it. */
export function loadOperations(): Promise<OperationTable> {
  loading ??= import("../generated/operations.gen.js").then((module) => module.operations);
  return loading;
}

/**
 * Any operation of the current release as a tool under its route, such as `POST /nodes/{node}/qemu/{vmid}/clone`. It
 * takes PVE's own parameters, `node` left out where the guest or the task tells it, and answers what PVE answers; a
 * list comes as a window and a task is waited for. Undefined where no operation has that route.
 */
export async function findOperation(route: string): Promise<ResolvedTool | undefined> {
  const table = await loadOperations();
  const packed = Object.hasOwn(table.operations, route) ? table.operations[route] : undefined;
  return packed === undefined ? undefined : operationTool(route, packed, table.parameters);
}

/** The routes of all operations, sorted. */
export async function operationRoutes(): Promise<readonly string[]> {
  return Object.keys((await loadOperations()).operations);
}

function operationTool(route: string, packed: PackedOperation, pool: readonly OperationParameter[]): ResolvedTool {
  const { summary, description = "", risk, privileges, since } = packed;
  const inputSchema = inputSchemaOf(route, packed, pool);
  return {
    name: route,
    toolset: OPERATIONS,
    title: summary,
    description: [summary, description].join(" ").trim(),
    risk,
    hints: { readOnly: risk === "read", destructive: risk === "destroy", idempotent: !route.startsWith("POST ") },
    inputSchema,
    briefSchema: inputSchema,
    outputSchema: openObject({}),
    operations: [route],
    optional: [],
    privileges: { [route]: privileges },
    ...(since !== undefined && { since }),
    sinceOf: Object.fromEntries(
      Object.entries(packed.parameters).flatMap(([name, at]) => {
        const young = pool[at]?.since;
        return young === undefined ? [] : [[name, young]];
      }),
    ),
    entry: entryOf(route, packed),
  };
}

function entryOf(route: string, { summary, risk, why, parameters, returns }: PackedOperation): ToolEntry {
  const locates = locatesOf(route);
  return {
    // The table was made of the same document as the type.
    operation: route as OperationId,
    title: summary,
    summary,
    risk,
    ...(why !== undefined && { why }),
    accepts: Object.fromEntries(Object.keys(parameters).map((name) => [name, name])),
    ...(locates !== undefined && { locates }),
    ...(returns?.kind === "task" && { waits: true }),
    ...(isLongList(route, returns) && { lists: true }),
    ...(shownOnce(route) && { secret: true }),
    verbatim: true,
    example: {},
  };
}

function inputSchemaOf(route: string, packed: PackedOperation, pool: readonly OperationParameter[]): ObjectSchema {
  const locates = locatesOf(route);
  const properties = Object.entries(packed.parameters).map(([name, place]): [string, JsonSchema] => {
    const schema = pool[place]?.schema ?? {};
    if (name !== "node" || locates === undefined) return [name, schema];
    return [name, { ...schema, description: [schema.description, LEFT_OUT[locates]].filter(Boolean).join(" ") }];
  });
  const required = (packed.required ?? []).filter((name) => name !== "node" || locates === undefined);
  return {
    type: "object",
    // Where PVE has a parameter of the same name, it is PVE's.
    properties: {
      ...(isLongList(route, packed.returns) && windowParametersOf(undefined)),
      ...Object.fromEntries(properties),
    },
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

function isLongList(route: string, returns: PackedOperation["returns"]): boolean {
  return route.startsWith("GET ") && returns?.kind === "list";
}

/** What tells the node that an operation is sent to, other than its own argument. */
function locatesOf(route: string): "vm" | "container" | "task" | undefined {
  if (route.includes("/nodes/{node}/qemu/{vmid}")) return "vm";
  if (route.includes("/nodes/{node}/lxc/{vmid}")) return "container";
  return route.includes("/nodes/{node}/tasks/{upid}") ? "task" : undefined;
}
