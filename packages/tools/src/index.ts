import { ToolNotFoundError } from "./errors.js";
import { catalogue } from "./generated/catalogue.gen.js";
import { type RequiredRole, type RoleNames, roleFor } from "./permissions/required-role.js";
import type { ResolvedTool } from "./resolved.js";

export type { Risk, ToolEntry } from "./define.js";
export {
  type FailedTask,
  type Refusal,
  ToolArgumentError,
  ToolConnectionError,
  ToolError,
  ToolNotFoundError,
  ToolPartialError,
  ToolPreconditionError,
  ToolRefusedError,
  ToolTaskError,
} from "./errors.js";
export { execute } from "./execute.js";
export { catalogue } from "./generated/catalogue.gen.js";
export type {
  Answer,
  ExecuteContext,
  FileUpload,
  FindJoining,
  JoiningNode,
  OpenUpgrade,
  Progress,
  SaveSecret,
  SendFile,
  UpgradeTerminal,
} from "./invocation.js";
export { nearNames } from "./near-names.js";
export { findOperation, operationRoutes } from "./operations/find-operation.js";
export { type Grants, type PermissionReport, readGrants } from "./permissions/grants.js";
export { type Judgement, judge } from "./permissions/judge.js";
export { judgeTool, type OperationJudgement, type ToolJudgement } from "./permissions/judge-tool.js";
export type { RequiredGrant, RequiredRole, RoleNames } from "./permissions/required-role.js";
export type { Missing } from "./permissions/verdict.js";
export type { Hints, ResolvedTool } from "./resolved.js";
export type { Json, JsonSchema, ObjectSchema } from "./schema.js";

const byName: ReadonlyMap<string, ResolvedTool> = new Map(
  catalogue.flatMap((tool) => [tool.name, ...(tool.entry.aliases ?? [])].map((name) => [name, tool] as const)),
);

/** The tool of that name, or that had this name once; undefined when there is none. */
export function findTool(name: string): ResolvedTool | undefined {
  return byName.get(name);
}

/**
 * The smallest set of roles and grants with which the named tools do all they can: as data, and as the `pveum` lines
 * that make them. Throws `ToolNotFoundError` for a name that no tool has.
 * @example requiredRole(["get_vms", "start_vm"], { user: "assistant@pve" }).commands
 */
export function requiredRole(names: readonly string[] | "all", whose: RoleNames = {}): RequiredRole {
  if (names === "all") return roleFor(catalogue, whose);
  const tools = names.map((name) => {
    const tool = byName.get(name);
    if (tool === undefined) throw new ToolNotFoundError(`there is no tool ${name}`);
    return tool;
  });
  return roleFor(tools, whose);
}
