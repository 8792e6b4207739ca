export type { CallSettings } from "./call.js";
export {
  type Allowed,
  type ConfigSources,
  type Invocation,
  PveMcpConfigError,
  readConfig,
  type ServerConfig,
  type TlsTrust,
} from "./config.js";
export { createServerFactory, type ServerSettings } from "./server.js";
