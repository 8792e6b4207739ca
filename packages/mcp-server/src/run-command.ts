import { type CommandInput, EXIT } from "./command.js";
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
  if (!wantsHelp) return command.run({ ...input, argv });
  input.out(command.usage);
  return EXIT.done;
}
