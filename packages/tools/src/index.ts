export { checkArguments } from "./arguments.js";
export type { Risk, ToolEntry } from "./define.js";
export { describeTool } from "./describe/describe-tool.js";
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
export { findTool } from "./find-tool.js";
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
export { matchRoute } from "./operations/match-route.js";
export { type Grants, type PermissionReport, readGrants, readGrantsOn } from "./permissions/grants.js";
export { type Judgement, judge } from "./permissions/judge.js";
export { judgeTool, type OperationJudgement, type ToolJudgement } from "./permissions/judge-tool.js";
export type { RequiredGrant, RequiredRole, RoleNames } from "./permissions/required-role.js";
export type { Missing } from "./permissions/verdict.js";
export { isAtLeast } from "./release-check.js";
export { requiredRole } from "./required-role.js";
export type { Hints, ResolvedTool } from "./resolved.js";
export type { Json, JsonSchema, ObjectSchema } from "./schema.js";
export { searchTools } from "./search/search-tools.js";
