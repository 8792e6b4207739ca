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
    summary: "answer MCP clients over stdin and stdout (the default), or over HTTP with --http",
    load: async () => (await import("./commands/serve.js")).serve,
  },
  token: {
    summary: "make a bearer token for a caller of the HTTP server, and the lines that let it in",
    load: async () => (await import("./commands/token.js")).token,
  },
  tools: {
    summary: "list the allowed tools, or find tools and operations by words",
    load: async () => (await import("./commands/tools.js")).tools,
  },
  describe: {
    summary: "show what a tool or operation does, needs and takes",
    load: async () => (await import("./commands/describe.js")).describe,
  },
  call: {
    summary: "run one tool or operation, under the same rules as a client's call",
    load: async () => (await import("./commands/call.js")).call,
  },
  plan: {
    summary: "show what a call would send, change and lose, without doing it",
    load: async () => (await import("./commands/call.js")).plan,
  },
  init: {
    summary: "set up a configuration, by asking",
    load: async () => (await import("./commands/init.js")).init,
  },
  doctor: {
    summary: "check connection, token and privileges; changes nothing",
    load: async () => (await import("./commands/doctor.js")).doctor,
  },
  role: {
    summary: "print the smallest roles and grants for what is enabled; asks no cluster",
    load: async () => (await import("./commands/role.js")).role,
  },
  approve: {
    summary: "answer a call that waits for an operator's approval",
    load: async () => (await import("./commands/approve.js")).approve,
  },
  audit: {
    summary: "check what was written down of changes",
    load: async () => (await import("./commands/audit.js")).audit,
  },
};
