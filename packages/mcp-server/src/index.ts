export type { CallSettings } from "./call.js";
export { type Caller, localCaller } from "./caller.js";
export { type ConfigSources, type Loaded, PveMcpConfigError, readConfig, type ServerConfig } from "./config.js";
export type { RunSettings } from "./run-action.js";
export { createServerFactory, type ServerSettings } from "./server.js";
export type { Target } from "./target.js";
export type { TargetConfig, TlsTrust } from "./target-config.js";
