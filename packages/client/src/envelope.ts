import { readEnvelope } from "./read-envelope.js";

/** The envelope of a successful answer. */
export interface Envelope {
  readonly data: unknown;
  /** How many items there are in all, where PVE pages. */
  readonly total?: number;
  /** Staged changes as a diff; only the network list has them. */
  readonly changes?: string;
  /** What the server remarked on a success. */
  readonly warnings?: readonly string[];
}

/** What came back, before anybody judged it. */
export interface RawAnswer {
  readonly operation: string;
  readonly status: number;
  /** The reason phrase; empty behind HTTP/2. */
  readonly reason: string;
  readonly contentType: string;
  /** The body's text, or what it parsed to. */
  readonly body: unknown;
}

/**
 * Judges an answer. The usual one, a 200 with JSON, is read here; whatever else came is looked at by `answer.ts`, which
 * is only loaded for it.
 * @throws PveRequestError when PVE refused, also inside a 200
 * @throws PveProtocolError when the answer is not PVE's
 */
export function judge(answer: RawAnswer): Envelope | Promise<Envelope> {
  if (answer.status === 200 && answer.contentType.startsWith("application/json")) {
    const envelope = readEnvelope(parse(answer.body));
    if (envelope !== undefined) return envelope;
  }
  return judgeOther(answer);
}

async function judgeOther(answer: RawAnswer): Promise<Envelope> {
  const body = answer.status >= 400 ? (parse(answer.body) ?? answer.body) : answer.body;
  return (await import("./answer.js")).readAnswer({ ...answer, body });
}

function parse(body: unknown): unknown {
  try {
    return typeof body === "string" ? JSON.parse(body) : body;
  } catch {
    return undefined;
  }
}
