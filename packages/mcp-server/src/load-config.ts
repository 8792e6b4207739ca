import type { CommandInput } from "./command.js";
import { CONFIG_VARIABLE, configFrom, type Loaded, PveMcpConfigError } from "./config.js";
import { defaultExposure, type Exposure } from "./exposure/exposure-settings.js";
import type { OwnFlags } from "./flags.js";

/**
 * Reads the configuration for a command, with the flags that are its own. `undefined` when it cannot be used: every
 * problem then stands on stderr, and the command ends with `EXIT.usage`.
 */
export async function loadConfig(
  { argv, env, readFile, err }: Pick<CommandInput, "argv" | "env" | "readFile" | "err">,
  takes: OwnFlags = {},
): Promise<Loaded | undefined> {
  const named = env[CONFIG_VARIABLE] !== undefined || argv.some((word) => word.startsWith("--config"));
  // Most starts have no file, and need not wait for what reads one to load.
  const yaml = named ? { parseYaml: (await import("yaml")).parse } : {};
  const fileReader = named ? (await import("./config-file.js")).readFileConfig : undefined;
  try {
    const loaded = configFrom({ env, argv, readFile, ...yaml }, takes, fileReader);
    await checkNames(loaded.config.exposure);
    return loaded;
  } catch (error) {
    if (!(error instanceof PveMcpConfigError)) throw error;
    const problems = error.problems.map((problem) => `  - ${problem}\n`).join("");
    err(`pve-mcp cannot start:\n${problems}Run pve-mcp --help for all settings.\n`);
    return undefined;
  }
}

/** Most starts name no tools, and need not wait for the catalogue to load. */
async function checkNames(exposure: Exposure): Promise<void> {
  if (
    JSON.stringify(exposure.toolsets) === JSON.stringify(defaultExposure.toolsets) &&
    exposure.exclude === undefined &&
    exposure.tools === undefined
  )
    return;
  const { unknownNames } = await import("./exposure/exposure-names.js");
  const problems = unknownNames(exposure);
  if (problems.length > 0) throw new PveMcpConfigError(problems);
}
