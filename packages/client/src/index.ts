export {
  type ExecInGuestOptions,
  type ExecInGuestResult,
  execInGuest,
  type WaitForAgentOptions,
  waitForAgent,
} from "./agent.js";
export type { CallDefaults, CallOptions, NextRequest, RawCallOptions } from "./call-options.js";
export { type ClientOptions, createClient, type PveClient, type PveHandle } from "./client.js";
export {
  type ConfigChanges,
  configChanges,
  type GuestConfig,
  type GuestKind,
  type GuestRef,
  updateConfig,
} from "./config-changes.js";
export type { PasswordAuth, PveAuth, SecondFactor, Secret, TicketAuth, TokenAuth } from "./credentials.js";
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
export type { OperationId, Operations, ParamsOf, PveCall, ResultOf } from "./generated/types.gen.js";
export { type FindGuestOptions, findGuest, type GuestPlace, withGuest } from "./guest.js";
export type { PveHttp } from "./http.js";
export { asResponse, type Meta, withMeta } from "./meta.js";
export type { NoParams } from "./no-params.js";
export { type OpenIdLogin, type OpenIdRequest, openIdLogin } from "./openid.js";
export type { Grammar, GrammarKey } from "./operation.js";
export { parsePropertyString, printPropertyString } from "./property.js";
export type { PropertyRecord } from "./property-string.js";
export type { RefusalKind } from "./refusal.js";
export type { Task, TaskResult, TaskStatus, TaskWait } from "./task.js";
export { progressOf } from "./task-progress.js";
export type { PveResponse, Transport, TransportInit, TransportResponse } from "./transport.js";
export { type FreeVmidOptions, withFreeVmid } from "./vmid.js";
export type { WireOptions } from "./wire.js";
