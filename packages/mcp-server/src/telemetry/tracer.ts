import { randomBytes } from "node:crypto";

/** What spans and events carry. */
export type Attributes = Readonly<Record<string, unknown>>;

/** One call as a trace shows it. */
export interface Span {
  event(name: string, attributes: Attributes): void;
  /** Ends it; everything but `failed` and `stopped` is a success. */
  end(outcome: string, attributes: Attributes): void;
}

/** Makes spans and sends them away; a call is never held up by it. */
export interface Tracer {
  /** `parent` is a W3C `traceparent`, as clients send it in `_meta`. */
  start(name: string, attributes: Attributes, parent: unknown): Span;
  /** Sends what is left. */
  flush(): Promise<void>;
}

/** Where traces go: an OTLP endpoint over HTTP, as OpenTelemetry's collectors offer it on port 4318. */
export interface TracerOptions {
  /** Such as `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly service: string;
  readonly now: () => number;
  readonly send: (
    url: string,
    init: { method: "POST"; headers: Record<string, string>; body: string; signal: AbortSignal },
  ) => Promise<{ readonly ok: boolean; readonly status: number }>;
  readonly onDefect: (message: string) => void;
  /** Milliseconds that the collector has to answer; a few seconds unless given. */
  readonly patience?: number;
}

const BATCH = 64;
const PAUSE = 2_000;
/** Whoever ends waits for what is left to be sent, and not for a collector that says nothing. */
const PATIENCE = 5_000;
/** What a collector that does not answer may cost in memory. */
const MOST_WAITING = 2_048;
const SERVER_KIND = 2;
const STATUS_OK = 1;
const STATUS_ERROR = 2;

/** Makes a tracer that speaks OTLP/HTTP in JSON. */
export function createTracer(options: TracerOptions): Tracer {
  const waiting: object[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const spans = waiting.splice(0);
    if (spans.length > 0) await exportSpans(options, spans);
  };
  const add = (span: object): void => {
    if (waiting.length >= MOST_WAITING) return;
    waiting.push(span);
    if (waiting.length >= BATCH) void flush();
    else timer ??= setTimeout(() => void flush(), PAUSE).unref();
  };
  return { flush, start: (name, attributes, parent) => startSpan(options.now, add, name, attributes, parent) };
}

/** Of the W3C; ids of noughts are none, and a collector could turn down what is sent along with one. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

function startSpan(
  now: () => number,
  add: (span: object) => void,
  name: string,
  attributes: Attributes,
  parent: unknown,
): Span {
  const [, traceId = randomBytes(16).toString("hex"), parentSpanId] =
    TRACEPARENT.exec(typeof parent === "string" ? parent : "") ?? [];
  const begun = now();
  const events: object[] = [];
  return {
    event: (title, more) =>
      void events.push({ name: title, timeUnixNano: nanoseconds(now()), attributes: listOf(more) }),
    end(outcome, more) {
      const isError = outcome === "failed" || outcome === "stopped";
      add({
        traceId,
        spanId: randomBytes(8).toString("hex"),
        ...(parentSpanId !== undefined && { parentSpanId }),
        name,
        kind: SERVER_KIND,
        startTimeUnixNano: nanoseconds(begun),
        endTimeUnixNano: nanoseconds(now()),
        attributes: listOf({ ...attributes, ...more, "pve_mcp.outcome": outcome }),
        events,
        status: { code: isError ? STATUS_ERROR : STATUS_OK },
      });
    },
  };
}

async function exportSpans(
  { url, headers, service, send, onDefect, patience = PATIENCE }: TracerOptions,
  spans: readonly object[],
): Promise<void> {
  const resource = { attributes: listOf({ "service.name": service }) };
  const body = JSON.stringify({
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "@pve/mcp-server" }, spans }] }],
  });
  try {
    const answer = await send(url, {
      method: "POST",
      signal: AbortSignal.timeout(patience),
      headers: { ...headers, "content-type": "application/json" },
      body,
    });
    if (!answer.ok) onDefect(`telemetry: ${spans.length} spans were turned down (${answer.status})`);
  } catch (error) {
    onDefect(
      `telemetry: ${spans.length} spans could not be sent: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function nanoseconds(milliseconds: number): string {
  return `${BigInt(Math.round(milliseconds)) * 1_000_000n}`;
}

function listOf(attributes: Attributes): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: String(value) } }));
}
