/** How a command ends: what scripts may count on. */
export const EXIT = {
  /** It did what it was asked for. */
  done: 0,
  /** The call failed, or the cluster or its task said no. */
  failed: 1,
  /** The command line or the configuration cannot be used; nothing was sent. */
  usage: 2,
  /** Policy, reach or a missing approval forbids it; nothing was sent. */
  refused: 3,
  /** No node could be reached. */
  unreachable: 4,
} as const;

/** Nobody is there to answer: stdin has ended. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";

  constructor() {
    super("there was no answer: stdin has ended");
  }
}

/** The world as a command sees it. */
export interface CommandInput {
  /** The words after the command's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Text for stdout, as it is: the command's result. */
  readonly out: (text: string) => void;
  /** Text for stderr, as it is: everything said about the result. */
  readonly err: (text: string) => void;
  /** Asks whoever started the command, on stderr; what is typed is not shown when it is a secret. Rejects with `NoAnswerError`. */
  readonly ask: (question: string, options?: { readonly secret?: true }) => Promise<string>;
  /** Throws when the file cannot be read. */
  readonly readFile: (path: string) => string;
  /** Ends the process, for a command that lives until it is told to end. */
  readonly exit: (status: number) => void;
}

/** One command of `pve-mcp`, in the file of its name under `commands/`. */
export interface Command {
  /** What `pve-mcp <command> --help` prints. */
  readonly usage: string;
  /** Does the work. Resolves to the exit status, or to `undefined` when the process is to live on. */
  readonly run: (input: CommandInput) => Promise<number | undefined>;
}
