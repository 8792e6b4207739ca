import { type Command, type CommandInput, EXIT, NoAnswerError } from "./command.js";
import { commands } from "./commands.js";

const DEFAULT_COMMAND = "serve";

/** Runs what the command line names. `argv` of the input is the whole line, without node and the script. */
export async function runCommand(input: CommandInput): Promise<number | undefined> {
  const [first = ""] = input.argv;
  const named = /^[a-z]/.test(first);
  const name = named ? first : DEFAULT_COMMAND;
  const argv = named ? input.argv.slice(1) : input.argv;
  if (argv.some((word) => word === "--version" || word === "-V")) {
    input.out(`${input.version}\n`);
    return EXIT.done;
  }
  const wantsHelp = argv.some((word) => word === "--help" || word === "-h");
  if (wantsHelp && !named) {
    input.out((await import("./usage.js")).usage(commands));
    return EXIT.done;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    const known = Object.keys(commands).join(", ");
    input.err(`pve-mcp: word 1 of the command line is no command (it is not repeated here). Commands: ${known}.\n`);
    return EXIT.usage;
  }
  const command = await entry.load();
  if (!wantsHelp) return runOrExplain(command, { ...input, argv });
  input.out(command.usage);
  return EXIT.done;
}

/** A directory or file of the configuration that cannot be used is the operator's to mend, and no defect. */
async function runOrExplain(command: Command, input: CommandInput): Promise<number | undefined> {
  try {
    return await command.run(input);
  } catch (error) {
    if (error instanceof NoAnswerError) {
      input.err(`\npve-mcp: ${error.message}.\n`);
      return EXIT.usage;
    }
    if (!(error instanceof Error && "code" in error && "path" in error)) throw error;
    input.err(`pve-mcp: ${JSON.stringify(error.path)} cannot be used (${String(error.code)}).\n`);
    return EXIT.usage;
  }
}
