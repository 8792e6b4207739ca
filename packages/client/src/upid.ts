import { PveParameterError } from "./errors.js";

const UPID = /^UPID:([^:\s/]+):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^:\s/]+:[^:\s/]*:[^:\s/]+:$/;

/** Whether a text is the id of a task. */
export function isUpid(text: unknown): text is string {
  return typeof text === "string" && UPID.test(text);
}

/**
 * The node a task runs on, as its id says; the node a request was sent to may be another one.
 * @throws PveParameterError when the text is no UPID
 */
export function nodeOfUpid(upid: string): string {
  const node = UPID.exec(upid)?.[1];
  if (node !== undefined) return node;
  const problem =
    "is no task id; it looks like UPID:<node>:<pid>:<pstart>:<starttime>:<type>:<id>:<user>: with the last colon";
  throw new PveParameterError({ operation: "task", problems: { upid: problem }, value: upid });
}
