import type { ResultOf } from "@pve/client";
import type { Answer, Invocation, UpgradeTerminal } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { type JsonSchema, listOf } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { type Transcript, upgradeIn } from "./upgrade-terminal.js";

type Pending = ResultOf<"GET /nodes/{node}/apt/update">;

const text: JsonSchema = { type: "string" };

/** What installing updates answers: what waited, whether it is installed, and how it went. */
export const applyUpdatesOutput = taskSchemaWith({
  refreshed: { type: "boolean", description: "The package index is fresh." },
  installed: { type: "boolean", description: "All that waited is installed." },
  pending: listOf(
    { type: "object", properties: { package: text, from: text, to: text, origin: text } },
    "What waited before.",
  ),
  count: { type: "integer" },
  left: listOf(text, "Packages that still wait."),
  output: listOf(text, "The last lines of the terminal."),
  how: listOf(text, "How an operator installs them."),
});

/**
 * Refreshes the package index, lists what waits, and installs it in the node's upgrade terminal where there is somebody
 * to open one: PVE has no other way. What is installed afterwards is read from the node, not from the terminal.
 */
export async function applyUpdates(call: Invocation): Promise<Answer> {
  const node = String(call.params["node"]);
  const task = await callOperation(call, "POST /nodes/{node}/apt/update", { node });
  const refreshed: Answer = isTask(task) ? await awaitTask(call, task) : { task: "finished" };
  if (refreshed["task"] === "running") return withMore(refreshed, { refreshed: false, installed: false }, [NOTHING]);
  const rows = await pendingOn(call, node);
  const list = { refreshed: true, pending: rows.map(shown), count: rows.length };
  if (rows.length === 0) {
    return withMore(refreshed, { ...list, installed: false }, [
      "The node is up to date with its repositories.",
      NOTHING,
    ]);
  }
  const obstacle = obstacleTo(call);
  const terminal = obstacle ?? (await openTerminal(call, node));
  if (typeof terminal === "string") {
    return withMore(refreshed, { ...list, installed: false, how: waysFor(node) }, [terminal, NOTHING]);
  }
  return { ...list, ...(await install(call, terminal, rows)) };
}

const NOTHING = "Nothing was installed.";

function obstacleTo(call: Invocation): string | undefined {
  if (call.args["install"] === false) return "The index is fresh and the list is below, as asked.";
  if (call.openUpgrade !== undefined) return undefined;
  return "PVE installs updates in a terminal only, and this server may not open one: the operator can let it.";
}

/** The terminal, or in words why there is none: PVE lets nobody but root@pam with a password open it. */
async function openTerminal(call: Invocation, node: string): Promise<UpgradeTerminal | string> {
  try {
    const opened = await call.openUpgrade?.(call.pve, node, call.watch);
    return opened ?? "This server has no terminal for that node.";
  } catch (error) {
    call.watch.signal?.throwIfAborted();
    return `The upgrade terminal could not be opened: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Follows the terminal as long as the budget allows. It goes on by itself afterwards: an upgrade must not be cut off. */
async function install(call: Invocation, terminal: UpgradeTerminal, before: Pending): Promise<Answer> {
  const transcript: Transcript = { lines: [], current: "", kept: [] };
  const reading = upgradeIn(terminal, transcript, (message) => call.progress({ message }));
  // Whoever gives up waiting must not leave a failure that nobody takes.
  reading.catch(() => undefined);
  const { onAbandoned: _unheard, ...uninterrupted } = call;
  const done = await awaitTask(uninterrupted, call.pve.task(terminal.upid));
  const output = [...transcript.lines.slice(-20), transcript.current].filter((line) => line.trim() !== "");
  if (done["task"] === "running") {
    return withMore(done, { installed: false, output }, [
      "The upgrade goes on in its terminal, as long as this server runs. get_node_apt_updates then tells what is left.",
      ...(/[?:]\s*$/.test(transcript.current) ? [`It may wait for an answer: ${transcript.current.trim()}`] : []),
    ]);
  }
  const broken = await reading.then(
    () => undefined,
    (error: unknown) => `The terminal broke off: ${error instanceof Error ? error.message : String(error)}`,
  );
  const after = new Set((await pendingOn(call, terminal.node)).map((row) => row.Package));
  const left = before.map((row) => row.Package).filter((name) => after.has(name));
  return withMore(done, { installed: left.length === 0, ...(left.length > 0 && { left }), output }, [
    `${before.length - left.length} of ${before.length} packages were installed.`,
    ...(broken === undefined ? [] : [broken]),
    ...transcript.kept.map((file) => `Its own ${file} was kept; the package brought another.`),
    ...(before.some(isKernel) && left.length === 0 ? ["A new kernel is in use only after reboot_node."] : []),
  ]);
}

function pendingOn(call: Invocation, node: string): Promise<Pending> {
  return call.pve.call("GET /nodes/{node}/apt/update", { node }, call.watch);
}

function isKernel(row: Pending[number]): boolean {
  return /^(?:proxmox|pve)-kernel/.test(row.Package);
}

function shown(row: Pending[number]) {
  const { Package, OldVersion, Version, Origin } = row;
  return { package: Package, ...(OldVersion !== undefined && { from: OldVersion }), to: Version, origin: Origin };
}

function waysFor(node: string): readonly string[] {
  return [
    `web interface: ${node} → Updates → Upgrade opens the terminal`,
    `shell of ${node} as root: apt-get dist-upgrade (never plain upgrade)`,
  ];
}
