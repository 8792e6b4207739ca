import { type Shape, shapeOf } from "./shape.js";

/** One exchange of the recordings. */
export interface Recorded {
  readonly id: number;
  readonly flow: string;
  readonly step: number;
  readonly operation: string;
  readonly as: string;
  readonly note?: string;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly contentType?: string;
    readonly body?: string;
  };
  readonly response: { readonly status: number; readonly reason: string; readonly body?: string };
}

/** One row of the recorded permission matrix. */
export interface MatrixRow {
  readonly operation: string;
  readonly variant: string;
  readonly as: string;
  readonly params: Readonly<Record<string, string>>;
  readonly status: number;
  readonly message?: string;
}

/** One step of a flow: what was asked, and what of the answer a replay must agree with. */
export interface Step {
  readonly id: number;
  readonly flow: string;
  readonly operation: string;
  readonly as: string;
  readonly url: string;
  readonly type?: string;
  readonly body?: string;
  /** Nothing of the answer is to be compared: parts of the node were stand-ins. */
  readonly stub?: true;
  readonly status: number;
  readonly reason: string;
  readonly errors?: Readonly<Record<string, string>>;
  /** How the task ended that the step asks about. */
  readonly exitstatus?: string;
  /** The name that the answer gives to something. */
  readonly name?: string;
  /** The digest that the answer shows, where a later step sends it back. */
  readonly digest?: string;
}

/** What every answer of a GET held. */
export interface RecordedShape {
  readonly operation: string;
  /** Paths with queries that were asked. */
  readonly urls: readonly string[];
  readonly shape: Shape;
}

/** Who was refused what on one operation. */
export interface MatrixLine {
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  /** By caller: the text of the 403, or nothing when the caller got past the declared check. */
  readonly denied: Readonly<Record<string, string | null>>;
}

const prefix = "/api2/json";

function isStub({ note = "" }: Recorded): boolean {
  return /binding-stub|test setup/.test(note);
}

/** The flows that change something, in order, without what only reads everything. */
export function distilFlows(recorded: readonly Recorded[]): Step[] {
  const flows = recorded.filter(({ flow }) => !flow.startsWith("crawl/"));
  const sent = flows.map(({ request }) => `${request.url} ${request.body ?? ""}`).join(" ");
  const digests = new Set([...sent.matchAll(/digest=([0-9a-f]{40})/g)].map((match) => match[1]));
  return flows.map((row) => {
    const shown = /"digest":"([0-9a-f]{40})"/.exec(row.response.body ?? "")?.[1];
    return { ...distilStep(row), ...(shown !== undefined && digests.has(shown) ? { digest: shown } : {}) };
  });
}

function distilStep(recorded: Recorded): Step {
  const { id, flow, operation, as, request, response } = recorded;
  const { data, errors } = parsed(response.body);
  const name = /^(UPID:.*|.*vzdump-(qemu|lxc)-.*)$/.test(String(data)) ? String(data) : undefined;
  const exitstatus =
    typeof data === "object" && data !== null && "exitstatus" in data ? String(data.exitstatus) : undefined;
  return {
    id,
    flow,
    operation,
    as,
    url: request.url.startsWith(`${prefix}/`) ? request.url.slice(prefix.length) : request.url,
    ...(request.contentType === undefined || /urlencoded/.test(request.contentType)
      ? {}
      : { type: request.contentType }),
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(isStub(recorded) ? { stub: true as const } : {}),
    status: response.status,
    reason: response.reason,
    ...(errors === undefined ? {} : { errors }),
    ...(exitstatus === undefined ? {} : { exitstatus }),
    ...(name === undefined ? {} : { name }),
  };
}

function parsed(body = ""): { data?: unknown; errors?: Record<string, string> } {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

/** What all answers of each GET have in common. */
export function distilShapes(recorded: readonly Recorded[]): RecordedShape[] {
  const lines = new Map<string, { urls: string[]; answers: unknown[] }>();
  for (const row of recorded) {
    const isRead = row.flow === "crawl/root-token" && row.request.method === "GET" && !isStub(row);
    if (!isRead || row.response.status !== 200 || row.response.body === undefined) {
      continue;
    }
    const line = lines.get(row.operation) ?? { urls: [], answers: [] };
    lines.set(row.operation, line);
    line.urls.push(row.request.url.slice(prefix.length));
    line.answers.push(parsed(row.response.body).data);
  }
  return [...lines].map(([operation, { urls, answers }]) => ({ operation, urls, shape: shapeOf(answers) }));
}

/** Each operation once, with all its callers. */
export function distilMatrix(rows: readonly MatrixRow[]): MatrixLine[] {
  const lines = new Map<string, { params: Record<string, string>; denied: Record<string, string | null> }>();
  for (const { operation, variant, as, params, status, message } of rows) {
    if (variant !== "declared") {
      continue;
    }
    const line = lines.get(operation) ?? { params: { ...params }, denied: {} };
    lines.set(operation, line);
    // An operation that the recorded release does not have says nothing about permissions.
    if (status !== 501) {
      line.denied[as] = status === 403 ? (message ?? "").trimEnd() : status === 401 ? "401" : null;
    }
  }
  return [...lines].map(([operation, line]) => ({ operation, ...line }));
}
