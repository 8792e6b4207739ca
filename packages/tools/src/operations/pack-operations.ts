import type { SpecOperation, SpecSchema } from "../openapi.js";
import { operationRoutes, readOpenApi, readPropertyStrings } from "../openapi.js";
import { operationParameter } from "../resolve.js";
import { cliCommands } from "./cli-commands.js";
import { riskOf } from "./operation-risks.js";
import type { OperationParameter, OperationReturns, OperationTable, PackedOperation } from "./operation-table.js";

/** Packs every operation of the OpenAPI document for the table that is looked into at run time; sorted by route. */
export function packOperations(document: unknown): OperationTable {
  const find = readOpenApi(document);
  const parameters: OperationParameter[] = [];
  const places = new Map<string, number>();
  const partsOf = readPropertyStrings(document);
  const place = (schema: SpecSchema): number => {
    const parameter = packParameter(schema, partsOf(schema));
    const key = JSON.stringify(parameter);
    const known = places.get(key) ?? parameters.push(parameter) - 1;
    places.set(key, known);
    return known;
  };
  const operations = operationRoutes(document).flatMap((route) => {
    const operation = find(route);
    return operation === undefined ? [] : [[route, packOperation(route, operation, place)] as const];
  });
  return { parameters, operations: Object.fromEntries(operations) };
}

function packParameter(schema: SpecSchema, parts: readonly string[]): OperationParameter {
  const since = schema["x-pve-since"];
  return {
    schema: operationParameter(schema),
    ...(parts.length > 0 && { parts }),
    ...(since !== undefined && { since }),
  };
}

function packOperation(
  route: string,
  operation: SpecOperation,
  place: (schema: SpecSchema) => number,
): PackedOperation {
  const { summary, description, since, ticketOnly } = operation;
  const returns = returnsOf(operation);
  const commands = commandsOf(route);
  return {
    summary,
    ...(description !== undefined && { description }),
    ...riskOf(route),
    parameters: Object.fromEntries(Object.entries(operation.parameters).map(([name, schema]) => [name, place(schema)])),
    ...(operation.required.size > 0 && { required: [...operation.required] }),
    ...(returns !== undefined && { returns }),
    privileges: operation.permissions.inWords,
    ...(since !== undefined && { since }),
    ...(commands !== undefined && { commands }),
    ...(ticketOnly && { ticketOnly }),
  };
}

function commandsOf(route: string): readonly string[] | undefined {
  const table: Readonly<Partial<Record<string, readonly string[]>>> = cliCommands;
  return table[route];
}

function returnsOf({ task, returns }: SpecOperation): OperationReturns | undefined {
  if (task) return { kind: "task" };
  if (returns.type === "array") return withFields("list", returns.items?.properties);
  if (returns.type === "object") return withFields("object", returns.properties);
  return returns.type === "null" || returns.type === undefined ? undefined : { kind: "value" };
}

function withFields(kind: "list" | "object", properties: SpecSchema["properties"] = {}): OperationReturns {
  const fields = Object.keys(properties);
  return { kind, ...(fields.length > 0 && { fields }) };
}
