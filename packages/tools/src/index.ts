import { catalogue } from "./generated/catalogue.gen.js";
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
export { type RequiredGrant, type RequiredRole, type RoleNames, requiredRole } from "./permissions/required-role.js";
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
