import { clientOf } from "./any-release.js";
import type { CallOptions } from "./call-options.js";
import type { PveHandle } from "./client.js";
import { orAborted } from "./deadline.js";
import { PveConnectionError, PveRequestError } from "./errors.js";
import { withGuest } from "./guest.js";
import { linkOf } from "./link.js";

/** How long to wait for a guest agent. */
export interface WaitForAgentOptions {
  readonly vmid: number;
  /** Default: looked up. */
  readonly node?: string | undefined;
  /** Milliseconds, on the client's clock. Default: 120 000. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What to run in a guest. */
export interface ExecInGuestOptions {
  readonly vmid: number;
  /** Default: looked up. */
  readonly node?: string | undefined;
  /** Program and arguments. No shell is involved; for pipes and variables run one: `["sh", "-c", "…"]`. */
  readonly command: readonly string[];
  /** Text for its standard input, at most 64 KiB. */
  readonly input?: string | undefined;
  /** Milliseconds to wait for its end, on the client's clock; it is not ended then. Default: for as long as it takes. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a program in a guest ended. */
export interface ExecInGuestResult {
  /** Process id in the guest. */
  readonly pid: number;
  /** `null` when a signal ended it. */
  readonly exitcode: number | null;
  /** Number of the signal that ended it; on Windows the exception's code. */
  readonly signal?: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the agent kept only the beginning of what it wrote. */
  readonly truncated: boolean;
}

const AGENT_TIMEOUT = 120_000;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2000;
const PING_PAUSE = 1000;
const STATUS = "GET /nodes/{node}/qemu/{vmid}/agent/exec-status";

/**
 * Waits until the agent in a virtual machine answers, through boot and reboot of the guest. Route:
 * `POST /nodes/{node}/qemu/{vmid}/agent/ping`.
 * @throws PveRequestError at once when waiting cannot help: no agent is configured, no permission, no such guest
 * @throws PveConnectionError with kind `timeout` (naming PVE's last refusal) or `aborted`
 */
export async function waitForAgent(pve: PveHandle, options: WaitForAgentOptions): Promise<void> {
  const watch = startWatch(pve, options, AGENT_TIMEOUT);
  let last = "no answer yet";
  for (;;) {
    try {
      await atGuest(pve, options, (node) =>
        clientOf(pve).call("POST /nodes/{node}/qemu/{vmid}/agent/ping", { node, vmid: options.vmid }, watch.call),
      );
      return;
    } catch (error) {
      if (!isPassing(error) && !isNotUp(error)) throw error;
      last = error instanceof PveRequestError ? error.reason : String(error);
    }
    await watch.pause(PING_PAUSE, (why) => `guest agent of VM ${options.vmid}: ${why}; the last answer was: ${last}`);
  }
}

/**
 * Runs a program in a virtual machine through its guest agent and waits for its end. It is never started twice, and an
 * exit code other than 0 is a result. Routes: `POST /nodes/{node}/qemu/{vmid}/agent/exec`,
 * `GET /nodes/{node}/qemu/{vmid}/agent/exec-status`.
 * @throws PveConnectionError with kind `timeout` or `aborted` when the waiting ended first, naming the pid that goes on;
 * with kind `reset` when the one answer that holds the result was lost on its way
 */
export async function execInGuest(pve: PveHandle, options: ExecInGuestOptions): Promise<ExecInGuestResult> {
  const { vmid, command, input } = options;
  const watch = startWatch(pve, options, Number.POSITIVE_INFINITY);
  const { node, pid } = await atGuest(pve, options, async (at) => {
    const params = { node: at, vmid, command: [...command], "input-data": input };
    const started = await clientOf(pve).call("POST /nodes/{node}/qemu/{vmid}/agent/exec", params, watch.call);
    return { node: at, pid: started.pid };
  });
  const gone = (why: string) => `VM ${vmid}, pid ${pid}: ${why}`;
  let mayBeLost = false;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
    try {
      // The agent tells the result once and forgets it, so a lost answer must be noticed, not asked for again.
      const status = await clientOf(pve).call(STATUS, { node, vmid, pid }, { ...watch.call, retries: false });
      if (status.exited) return resultOf(pid, status);
    } catch (error) {
      if (mayBeLost && isForgotten(error)) {
        const why = "it has ended, but the answer with its result was lost; it was not run again";
        throw new PveConnectionError(gone(why), { kind: "reset", sent: "maybe" });
      }
      if (!isPassing(error) && options.signal?.aborted !== true) throw error;
      mayBeLost = true;
    }
    await watch.pause(pause, (why) => gone(`${why}; the program goes on`));
  }
}

function resultOf(
  pid: number,
  status: {
    readonly exitcode?: number;
    readonly signal?: number;
    readonly "out-data"?: string;
    readonly "err-data"?: string;
    readonly "out-truncated"?: boolean;
    readonly "err-truncated"?: boolean;
  },
): ExecInGuestResult {
  return {
    pid,
    exitcode: status.exitcode ?? null,
    ...(status.signal === undefined ? {} : { signal: status.signal }),
    stdout: status["out-data"] ?? "",
    stderr: status["err-data"] ?? "",
    truncated: status["out-truncated"] === true || status["err-truncated"] === true,
  };
}

function atGuest<T>(
  pve: PveHandle,
  { vmid, node, signal }: Pick<WaitForAgentOptions, "vmid" | "node" | "signal">,
  work: (node: string) => Promise<T>,
): Promise<T> {
  if (node !== undefined) return work(node);
  return withGuest(pve, vmid, (place) => work(place.node), { signal });
}

/** Waits between polls on the client's clock, and ends at the caller's word. */
function startWatch(
  pve: PveHandle,
  { timeout, signal }: Pick<WaitForAgentOptions, "timeout" | "signal">,
  otherwise: number,
) {
  const { sleep, now } = linkOf(pve);
  const until = now() + (timeout ?? otherwise);
  const call: CallOptions = { signal };
  const pause = async (ms: number, text: (why: string) => string): Promise<void> => {
    const left = until - now();
    if (left <= 0) throw new PveConnectionError(text("the time is up"), { kind: "timeout", sent: "maybe" });
    const nap = sleep(Math.min(ms, left), signal);
    try {
      await (signal === undefined ? nap : orAborted(nap, signal));
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      throw new PveConnectionError(text("the waiting was aborted"), { kind: "aborted", sent: "maybe" });
    }
  };
  return { call, pause };
}

/** Whether something on the way failed, and may not in a moment. */
function isPassing(error: unknown): boolean {
  if (error instanceof PveConnectionError) {
    return error.kind === "timeout" || error.kind === "reset" || error.kind === "refused";
  }
  if (!(error instanceof PveRequestError)) return false;
  return error.kind === "node-unreachable" || error.reason.includes("got timeout");
}

/** Whether the guest or its agent is still to come up. */
function isNotUp(error: unknown): boolean {
  return error instanceof PveRequestError && /\b(?:VM \d+|guest agent) is not running$/.test(error.reason);
}

/** The agent's words for a pid that it has told about already. */
function isForgotten(error: unknown): boolean {
  return error instanceof PveRequestError && /PID \d+ does not exist|Invalid parameter 'pid'/i.test(error.reason);
}
