/** The parts of a task id. */
export interface Upid {
  readonly node: string;
  readonly pid: number;
  /** When the worker process started, in hundredths of a second since its node booted. */
  readonly pstart: number;
  /** Epoch seconds. */
  readonly starttime: number;
  readonly type: string;
  readonly id: string;
  /** `user@realm` or `user@realm!token`. */
  readonly authid: string;
}

/** Writes a task id as PVE does: `UPID:node:pid:pstart:start:type:id:user:`, numbers in upper-case hex. */
export function formatUpid(upid: Upid): string {
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");
  const numbers = [upid.pid, upid.pstart, upid.starttime].map(hex).join(":");
  return `UPID:${upid.node}:${numbers}:${upid.type}:${upid.id}:${upid.authid}:`;
}

const shape =
  /^UPID:([a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s/]+):([^:\s/]*):([^:\s/]+):$/;

/** Reads a task id; `undefined` when the text is none. */
export function parseUpid(text: string): Upid | undefined {
  const match = shape.exec(text);
  if (!match) {
    return undefined;
  }
  const [, node = "", pid = "", pstart = "", starttime = "", type = "", id = "", authid = ""] = match;
  const numbers = { pid: Number.parseInt(pid, 16), pstart: Number.parseInt(pstart, 16) };
  return { node, ...numbers, starttime: Number.parseInt(starttime, 16), type, id, authid };
}
