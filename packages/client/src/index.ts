export type { CallOptions } from "./call-options.js";
export { type ClientOptions, createClient, type PveClient } from "./client.js";
export type { PasswordAuth, PveAuth, TicketAuth, TokenAuth } from "./credentials.js";
export {
  type ConnectionKind,
  PveConfigError,
  PveConnectionError,
  PveError,
  type PveErrorCode,
  PveParameterError,
  PveProtocolError,
  PveRequestError,
  PveTaskError,
} from "./errors.js";
export type { PveTree } from "./generated/tree.gen.js";
export type { OperationId, Operations, ParamsOf, ResultOf } from "./generated/types.gen.js";
export type { PveHttp } from "./http.js";
export { type Meta, withMeta } from "./meta.js";
export type { NoParams } from "./no-params.js";
export type { Grammar, GrammarKey } from "./operation.js";
export { parsePropertyString, printPropertyString } from "./property.js";
export type { PropertyRecord } from "./property-string.js";
export type { RefusalKind } from "./refusal.js";
export type { Task, TaskResult, TaskStatus, TaskWait } from "./task.js";
export type { Transport, TransportInit, TransportResponse } from "./transport.js";
