import { type CallToolResult, ProtocolError } from "@modelcontextprotocol/server";
import { findTool } from "@pve/tools";
import { FAILURE_KEY } from "../answer.js";
import { type Command, type CommandInput, EXIT } from "../command.js";
import type { Loaded, ServerConfig } from "../config.js";
import { connectTargets } from "../connect.js";
import { CallCancelled, callInProcess, ProtocolRefusal } from "../in-process.js";
import { loadConfig } from "../load-config.js";
import { createLog } from "../log.js";
import { renderText } from "../render.js";
import { safetyOf } from "../safety.js";
import { createServerFactory } from "../server.js";
import { serverSettingsOf } from "../server-settings.js";
import { settingsUsage } from "../usage.js";

const MOST_WORDS = 200;
const LOST_PLAN =
  "Note: without approval.directory the plan's id holds in this process alone, which ends here: no call can name it.\n";

/** `pve-mcp call`: runs one tool or operation as a client of this server would. */
export const call: Command = {
  usage: usageOf("call", "run one tool or operation, under the same rules as a client's call", ""),
  run: (input) => runOne(input, false),
};

/** `pve-mcp plan`: shows what a call would send, change and lose; changes nothing. */
export const plan: Command = {
  usage: usageOf(
    "plan",
    "show what a call would send, change and lose, without doing it",
    "\nThe plan's id, given to pve-mcp call as plan=<id> with the same arguments, does just that: where approval.directory is\nconfigured, which holds the key that both go by.\n",
  ),
  run: (input) => runOne(input, true),
};

function usageOf(name: string, does: string, more: string): string {
  return `pve-mcp ${name}: ${does}.

Usage: pve-mcp ${name} <tool or "METHOD /path"> [name=value …] [--args <json>] [--target <name>] [--json] [settings]

  pve-mcp ${name} start_vm vmid=104 --allow change
  pve-mcp ${name} "GET /nodes/{node}/qemu/{vmid}/config" node=pve1 vmid=100 --json
${more}
What needs approval is asked at the terminal, of a person. Elsewhere an operator is asked (pve-mcp approve) where
approval.directory is configured, and otherwise it is refused.

${settingsUsage}`;
}

async function runOne(input: CommandInput, plans: boolean): Promise<number> {
  const loaded = await loadConfig(input, {
    valued: { "--args": `a JSON object, such as --args '{"vmid": 100}'`, "--target": "the name of a target" },
    bare: ["--json"],
    words: MOST_WORDS,
  });
  if (loaded === undefined) return EXIT.usage;
  const { config, own } = loaded;
  const asked = askedIn(loaded, plans);
  if (typeof asked === "string") {
    input.err(`pve-mcp: ${asked}. See pve-mcp call --help.\n`);
    return EXIT.usage;
  }
  try {
    const status = report(input, await answerOf(input, config, asked), "--json" in own);
    if (status === EXIT.done && plans && config.safety.approval?.directory === undefined) input.err(LOST_PLAN);
    return status;
  } catch (error) {
    if (error instanceof CallCancelled) return interrupted(input, config);
    if (!(error instanceof ProtocolRefusal || error instanceof ProtocolError)) throw error;
    input.err(`${error.message}\n`);
    return EXIT.usage;
  }
}

/** What is to be called. */
interface Asked {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Absent where there is only one: tools then take none. */
  readonly target?: string;
}

/** What the command line asks for; a text that says what is wrong with it. */
function askedIn({ config, own, words }: Loaded, plans: boolean): Asked | string {
  const [name, ...pairs] = words;
  const args = argumentsOf(pairs, own["--args"]?.at(-1));
  const target = own["--target"]?.at(-1);
  const targets = config.targets.map((one) => one.name);
  if (name === undefined) return "no tool is named";
  if (typeof args === "string") return args;
  if (target !== undefined && !targets.includes(target)) return `--target takes ${targets.join(" or ")}`;
  if (plans && isReading(name)) return "what only reads needs no plan";
  return {
    name,
    args: plans ? { ...args, plan: true } : args,
    ...(target !== undefined && targets.length > 1 && { target }),
  };
}

function isReading(name: string): boolean {
  return findTool(name)?.risk === "read" || /^GET /i.test(name);
}

/** The arguments; a text that says what is wrong with them. */
function argumentsOf(pairs: readonly string[], json: string | undefined): Readonly<Record<string, unknown>> | string {
  const given: Record<string, unknown> = {};
  for (const [at, pair] of pairs.entries()) {
    const equals = pair.indexOf("=");
    if (equals < 1) return `argument ${at + 1} is not of the form name=value (it is not repeated here)`;
    given[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  if (json === undefined) return given;
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed, ...given };
  } catch {
    // Said below: what was written may hold a secret, so it is not repeated.
  }
  return "--args is no JSON object";
}

async function answerOf(
  input: CommandInput,
  config: ServerConfig,
  { name, args, target }: Asked,
): Promise<CallToolResult> {
  const { targets, secrets } = await connectTargets(config);
  const log = createLog(input.err, secrets);
  for (const warning of config.warnings) log.warn(warning);
  const safety = safetyOf(config, log.warn);
  const settings = serverSettingsOf(config, { targets, version: input.version, onDefect: log.error });
  const serverFor = createServerFactory({ ...settings, ...safety });
  const chosen = target === undefined ? {} : { target };
  const called =
    findTool(name) === undefined
      ? { name: "call", arguments: { name, arguments: args, ...chosen } }
      : { name, arguments: { ...args, ...chosen } };
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once("SIGINT", onInterrupt);
  try {
    return await callInProcess(serverFor({ id: "pve-mcp call", reach: "destroy" }), called, {
      name: "pve-mcp",
      version: input.version,
      signal: interrupt.signal,
      onProgress: (message) => input.err(`${message}\n`),
      // A pipe is nobody: an operator is asked instead, where there is a directory for that.
      onQuestion: process.stdin.isTTY === true ? ({ message }) => askPerson(input, String(message)) : undefined,
    });
  } finally {
    process.off("SIGINT", onInterrupt);
    await safety.tracer?.flush();
  }
}

function interrupted({ err }: CommandInput, { cancelTasks }: ServerConfig): number {
  const task = cancelTasks === true ? "is told to end (cancel_tasks)" : "goes on";
  err(`Interrupted. A task that the call has started ${task}.\n`);
  return EXIT.failed;
}

/** Puts the server's question to whoever sits at the terminal. */
async function askPerson({ ask }: CommandInput, message: string): Promise<Readonly<Record<string, unknown>>> {
  const name = await ask(`\n${message}\nType the name to approve, or nothing: `);
  return name.trim() === "" ? { action: "decline" } : { action: "accept", content: { name: name.trim() } };
}

function report({ out, err }: CommandInput, result: CallToolResult, asJson: boolean): number {
  const { isError, content, structuredContent, _meta: meta } = result;
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  if (isError === true) {
    err(`${text}\n`);
    const kind = meta?.[FAILURE_KEY];
    return kind === "refused" ? EXIT.refused : kind === "unreachable" ? EXIT.unreachable : EXIT.failed;
  }
  const { notes, ...data } = JSON.parse(JSON.stringify(structuredContent ?? {}));
  if (asJson) out(`${JSON.stringify(structuredContent, null, 2)}\n`);
  else out(`${renderText(data)}\n`);
  if (!asJson && Array.isArray(notes)) for (const note of notes) err(`Note: ${String(note)}\n`);
  return EXIT.done;
}
