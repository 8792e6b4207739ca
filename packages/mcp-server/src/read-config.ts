import { type ConfigSources, configFrom, type Loaded } from "./config.js";
import { readFileConfig } from "./config-file.js";
import type { OwnFlags } from "./flags.js";

/**
 * Reads environment, command line and configuration file into a configuration. Targets come from the file where it
 * names any, and otherwise from the environment. `takes` are the flags of one command, beside those of all.
 *
 * @throws PveMcpConfigError naming all problems at once.
 */
export function readConfig(sources: ConfigSources, takes: OwnFlags = {}): Loaded {
  return configFrom(sources, takes, readFileConfig);
}
