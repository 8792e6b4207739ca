import type { Command } from "./command.js";

interface CommandEntry {
  /** What it does, in a line of `--help`. */
  readonly summary: string;
  /** Nothing of a command is loaded before it is called for. */
  readonly load: () => Promise<Command>;
}

/** Every command by its name; the first is meant where none is named. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  serve: {
    summary: "answer an MCP client over stdin and stdout; the default",
    load: async () => (await import("./commands/serve.js")).serve,
  },
};
