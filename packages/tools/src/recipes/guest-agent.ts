import { execInGuest, PveConnectionError, PveRequestError } from "@pve/client";
import { type Answer, guestOf, type Invocation, numberOf, textOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, openObject } from "../schema.js";
import { notesSchema, type Row } from "../window.js";
import { cutText } from "./cut-text.js";

const SECOND = 1000;
const DEFAULT_SECONDS = 30;
const DEFAULT_OUTPUT = 8000;

/** What a program in a guest wrote and how it ended. */
export const guestCommandOutput = openObject(
  {
    vmid: { type: "integer" },
    node: { type: "string" },
    pid: { type: "integer", description: "In the guest." },
    finished: { type: "boolean" },
    exitcode: { type: "integer", description: "Absent when a signal ended it." },
    signal: { type: "integer" },
    stdout: { type: "string" },
    stderr: { type: "string" },
    notes: notesSchema,
  },
  ["vmid", "node", "pid", "finished"],
);

/** How a program ended, in the terms of the agent. */
interface Ended {
  readonly exitcode?: number | null | undefined;
  readonly signal?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
}

/**
 * Runs a program in a virtual machine and waits for its end. It is started once; an exit code other than 0 is an
 * answer. One that outlasts the wait goes on, and its pid is returned.
 */
export async function runInGuest(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const input = textOf(call.args, "input");
  const seconds = numberOf(call.args, "timeout") ?? DEFAULT_SECONDS;
  try {
    const { pid, ...ended } = await execInGuest(call.pve, {
      ...guest,
      ...call.watch,
      command: commandOf(call.args["command"]),
      ...(input !== undefined && { input }),
      timeout: Math.min(seconds * SECOND, call.waitBudget),
    });
    return answerOf(call, pid, ended);
  } catch (error) {
    const pid = pidOf(error);
    if (pid === undefined) throw error;
    const wait = `It goes on. get_vm_command_result with pid ${pid} tells how it ended, once.`;
    return { ...guest, pid, finished: false, notes: [wait] };
  }
}

/** How a program that was started before has ended. The agent tells it once and forgets. */
export async function guestCommandResult(call: Invocation): Promise<Answer> {
  const pid = Number(call.params["pid"]);
  const route = "GET /nodes/{node}/qemu/{vmid}/agent/exec-status";
  // Asked twice, the agent would say that there is no such process: a lost answer must not be hidden by a second try.
  const status = await call.pve.call(route, { ...guestOf(call), pid }, { ...call.watch, retries: false });
  if (!status.exited) return { ...guestOf(call), pid, finished: false, notes: ["It still runs."] };
  return answerOf(call, pid, {
    exitcode: status.exitcode,
    signal: status.signal,
    stdout: status["out-data"] ?? "",
    stderr: status["err-data"] ?? "",
    truncated: status["out-truncated"] === true || status["err-truncated"] === true,
  });
}

/** A list is a program with its arguments; a text is what a shell is to run. */
function commandOf(given: unknown): readonly string[] {
  return Array.isArray(given) ? given.map(String) : ["/bin/sh", "-c", String(given)];
}

/** The pid that the client names when its wait was over first. */
function pidOf(error: unknown): number | undefined {
  if (!(error instanceof PveConnectionError && error.kind === "timeout")) return undefined;
  const pid = /\bpid (\d+)/.exec(error.message)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

function answerOf(call: Invocation, pid: number, ended: Ended): Answer {
  const most = numberOf(call.args, "max_output") ?? DEFAULT_OUTPUT;
  const [stdout, stderr] = [cutText(ended.stdout, most, "stdout"), cutText(ended.stderr, most, "stderr")];
  const notes = [
    ...stdout.notes,
    ...stderr.notes,
    ...(ended.truncated ? ["The agent itself kept only the beginning of the output (16 MiB)."] : []),
  ];
  return {
    ...guestOf(call),
    pid,
    finished: true,
    ...(typeof ended.exitcode === "number" && { exitcode: ended.exitcode }),
    ...(ended.signal !== undefined && { signal: ended.signal }),
    stdout: stdout.text,
    stderr: stderr.text,
    ...(notes.length > 0 && { notes }),
  };
}

/** How many file systems an action concerned, and how they stand now. */
export const guestFreezeOutput = openObject(
  {
    vmid: { type: "integer" },
    node: { type: "string" },
    status: { type: "string", description: "frozen or thawed." },
    filesystems: { type: "integer", description: "How many were frozen or thawed now." },
    notes: notesSchema,
  },
  ["vmid", "node", "status"],
);

/** Freezes or thaws the file systems of a guest, and says how they stand afterwards. */
export async function guestFreeze(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const asked = call.tool.entry.operation.endsWith("fsfreeze-status");
  const count = asked ? undefined : resultOf(await callOperation(call, call.tool.entry.operation, guest));
  const status = await freezeStatus(call);
  const notes = status === "frozen" ? ["Everything that writes in the guest waits until thaw_vm_filesystems."] : [];
  return {
    ...guest,
    status,
    ...(count !== undefined && { filesystems: Number(count) }),
    ...(notes.length > 0 && { notes }),
  };
}

async function freezeStatus(call: Invocation): Promise<string> {
  const route = "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-status";
  const answer = await call.pve.call(route, guestOf(call), call.watch);
  return String(answer.result);
}

/** How much space the guest gave back, by file system. */
export const guestTrimOutput = openObject(
  {
    vmid: { type: "integer" },
    node: { type: "string" },
    trimmed: { type: "number", description: "Bytes in all." },
    paths: { type: "array", items: { type: "object" } },
    notes: notesSchema,
  },
  ["vmid", "node", "trimmed", "paths"],
);

/** Has the guest tell its disks which blocks are free. A file system that cannot is named with its error. */
export async function guestTrim(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const { result } = await call.pve.call("POST /nodes/{node}/qemu/{vmid}/agent/fstrim", guest, call.watch);
  const paths = (result.paths ?? []).map(({ path, trimmed, error }) => ({
    path,
    ...(trimmed !== undefined && { trimmed }),
    ...(error !== undefined && { error }),
  }));
  return {
    ...guest,
    trimmed: paths.reduce((sum, { trimmed = 0 }) => sum + trimmed, 0),
    paths,
    notes: ["Space comes back to the storage only for disks with discard=on."],
  };
}

/** What setting a password answers: for whom, never what. */
export const guestPasswordOutput = openObject(
  { vmid: { type: "integer" }, node: { type: "string" }, username: { type: "string" }, done: { type: "boolean" } },
  ["vmid", "username", "done"],
);

/** Sets the password of a user in the guest. It is neither shown nor kept. */
export async function guestPassword(call: Invocation): Promise<Answer> {
  const username = String(call.params["username"]);
  try {
    await callOperation(call, call.tool.entry.operation, call.params);
  } catch (error) {
    // The agent's own words about a failure may repeat what it was given.
    throw withoutSecret(error, String(call.params["password"]));
  }
  return { ...guestOf(call), username, done: true };
}

function withoutSecret(error: unknown, secret: string): unknown {
  if (!(error instanceof PveRequestError) || !error.message.includes(secret)) return error;
  const { operation, status, kind, reason } = error;
  return new PveRequestError({ operation, status, kind, fields: {}, reason: reason.replaceAll(secret, "(hidden)") });
}

function resultOf(answer: unknown): unknown {
  const row: Row = isRecord(answer) ? answer : {};
  return row["result"];
}
