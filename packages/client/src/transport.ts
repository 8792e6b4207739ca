/** What a transport is asked to send. */
export interface TransportInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Complete and in memory: PVE refuses chunked bodies. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** The same as `signal` without a real one, which a transport that is in a hurry need not touch. */
  readonly onStop?: (call: () => void) => () => void;
  /** PVE never redirects an API call; following one could send a change twice. */
  readonly redirect: "manual";
}

/** The part of a fetch `Response` that the client reads. */
export interface TransportResponse {
  readonly status: number;
  /** The reason phrase: PVE's error text, where HTTP/1.1 reaches through. */
  readonly statusText: string;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
  /** The body, from a transport that has read it already and keeps none of it; spares a copy. */
  readonly whole?: Uint8Array<ArrayBuffer>;
}

/**
 * Carries one request: `fetch`, or anything shaped like it. It may reject with a `PveConnectionError` when it knows
 * more than an error code tells, above all whether a byte was sent.
 */
export type Transport = (url: string, init: TransportInit) => Promise<TransportResponse>;

const heeding = new WeakSet<Transport>();

/** Remembers that a transport listens to `onStop` and leaves `signal` alone, so that none need be made. */
export function rememberHeeding(transport: Transport): void {
  heeding.add(transport);
}

/** Whether a transport listens to `onStop`. */
export function heedsOnStop(transport: Transport): boolean {
  return heeding.has(transport);
}

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: { get(name: string): string | null };
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Which of the client's addresses gave it. */
  readonly from: string;
}

/** An answer as it came, read to its end; what `asResponse` gives. */
export interface PveResponse extends Answer {
  /** The body as text. */
  text(): string;
  /**
   * The body as JSON, PVE's envelope included.
   * @throws SyntaxError when it is none
   */
  json(): unknown;
}

/** Puts readers on an answer. */
export function readable({ status, reason, headers, bytes, from }: Answer): PveResponse {
  const text = () => new TextDecoder().decode(bytes);
  return { status, reason, headers, bytes, from, text, json: () => JSON.parse(text()) };
}

/**
 * Makes a real `Response` of an answer, for openapi-fetch and its middleware. PVE's reason phrases may hold what the
 * constructor refuses (long, not Latin-1), so they are put in afterwards.
 */
export function toResponse(answer: Answer): Response {
  const headers: Record<string, string> = {};
  for (const name of ["content-type", "date", "server", "content-disposition"]) {
    const value = answer.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const bodiless = answer.status === 204 || answer.status === 205 || answer.status === 304;
  // Statuses below 200 and above 599 cannot be constructed; none reaches here from a PVE.
  const response = new Response(bodiless ? null : answer.bytes, { status: answer.status, headers });
  Object.defineProperty(response, "statusText", { value: answer.reason });
  return response;
}
