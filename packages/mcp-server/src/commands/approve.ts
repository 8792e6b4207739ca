import { userInfo } from "node:os";
import { keepsApprovals, openDesk } from "../approval/create-approval.js";
import type { Desk, Pending } from "../approval/desk.js";
import { isApproved } from "../approval/question.js";
import { type Command, type CommandInput, EXIT } from "../command.js";
import { readFlags } from "../flags.js";
import { loadConfig } from "../load-config.js";
import { settingsUsage } from "../usage.js";

/** `pve-mcp approve`: an operator's answer to a call that waits for one. */
export const approve: Command = {
  usage: `pve-mcp approve: answer a call that waits for an operator's approval.

Usage: pve-mcp approve [<id>] [--refuse] [--directory <directory>] [settings]

Without an id it lists what waits. With one it shows what would be done, and approves it once the name of what it
concerns is typed. It asks at a terminal only, so that nothing but a person answers.

  --refuse                  refuse it instead
  --directory <directory>   where the server keeps approvals; otherwise approval.directory of the configuration

${settingsUsage}`,
  async run(input) {
    const found = await directoryFrom(input);
    if (found === undefined) return EXIT.usage;
    if (!keepsApprovals(found.directory)) {
      input.err(`pve-mcp approve: no server keeps approvals in ${JSON.stringify(found.directory)}.\n`);
      return EXIT.usage;
    }
    const ask = async (prompt: string) => (process.stdin.isTTY ? input.ask(prompt) : undefined);
    return answer(openDesk(found.directory), found, { ...input, now: Date.now, ask });
  },
};

interface Found {
  readonly directory: string;
  readonly id?: string | undefined;
  readonly refuses: boolean;
}

const TAKES = { valued: { "--directory": "a directory" }, bare: ["--refuse"], words: 1 };

async function directoryFrom(input: CommandInput): Promise<Found | undefined> {
  const { argv, err } = input;
  const { own, words, problems } = readFlags(argv, TAKES);
  const given = own["--directory"]?.at(-1);
  // With the directory given, approving needs no cluster to be configured.
  if (given !== undefined) {
    for (const problem of problems) err(`pve-mcp approve: ${problem}\n`);
    return problems.length > 0 ? undefined : { directory: given, id: words[0], refuses: "--refuse" in own };
  }
  const loaded = await loadConfig(input, TAKES);
  if (loaded === undefined) return undefined;
  const directory = loaded.config.safety.approval?.directory;
  if (directory !== undefined) return { directory, id: loaded.words[0], refuses: "--refuse" in loaded.own };
  err(
    "pve-mcp approve: no directory for approvals is configured. Set approval.directory, or name one with --directory.\n",
  );
  return undefined;
}

/** What answering needs of the world. */
export interface AnswerInput extends Pick<CommandInput, "out" | "err"> {
  readonly now: () => number;
  /** What a person types in answer; undefined where nobody sits at a terminal. */
  readonly ask: (prompt: string) => Promise<string | undefined>;
}

/** Lists what waits at a desk, or answers one question. Resolves to the exit status. */
export async function answer(
  desk: Desk,
  { id, refuses }: Omit<Found, "directory">,
  input: AnswerInput,
): Promise<number> {
  const { out, err, now, ask } = input;
  const waiting = desk.pending(now());
  if (id === undefined) {
    out(waiting.length === 0 ? "Nothing waits for approval.\n" : waiting.map(shown).join("\n"));
    return EXIT.done;
  }
  const pending = waiting.find((one) => one.id === id);
  if (pending === undefined) {
    err(`pve-mcp approve: nothing with this id waits for approval; it may have been answered, or have expired.\n`);
    return EXIT.failed;
  }
  out(shown(pending));
  const by = userInfo().username;
  if (refuses) {
    desk.answer(pending, { approved: false, by });
    out("Refused.\n");
    return EXIT.done;
  }
  const typed = await ask(`Type ${pending.words.join(" or ")} to approve: `);
  if (typed === undefined) {
    err("pve-mcp approve: approval is given at a terminal.\n");
    return EXIT.refused;
  }
  if (!isApproved(pending, typed)) {
    out("That is not its name. Nothing was approved.\n");
    return EXIT.refused;
  }
  desk.answer(pending, { approved: true, by });
  out("Approved, for one use.\n");
  return EXIT.done;
}

function shown({ id, lines, expires }: Pending): string {
  return [`${id}, open until ${new Date(expires).toISOString()}`, ...lines.map((line) => `  ${line}`), ""].join("\n");
}
