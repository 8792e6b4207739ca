import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import type { Dispatcher } from "undici";
import { PveConnectionError } from "./errors.js";
import type { Passenger } from "./node-lanes.js";
import { asConnectionFault } from "./node-stream.js";
import type { TransportInit, TransportResponse } from "./transport.js";

/** How long an answer may take, in ms; without limits only the call's own timeout counts. */
export interface Patience {
  /** From having a connection to the first line of the answer. */
  readonly headers?: number | undefined;
  /** The longest silence within a body. */
  readonly body?: number | undefined;
}

/** Who waits for an answer, and for how long. */
export interface Waiting {
  readonly resolve: (response: TransportResponse | Promise<TransportResponse>) => void;
  readonly reject: (error: Error) => void;
  readonly patience: Patience;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What is sent. */
export interface ExchangeRequest extends Pick<TransportInit, "method" | "headers"> {
  readonly path: string;
  readonly body: string | Uint8Array | null;
}

/** One request and its answer, as undici reports them. */
export class Exchange implements Passenger {
  readonly request: Dispatcher.DispatchOptions;
  /** Whether a byte may have left. */
  sent: "no" | "maybe" = "no";
  isOver = false;
  onOver: ((isBroken: boolean) => void) | undefined;
  readonly #waiting: Waiting;
  readonly #chunks: Buffer[] = [];
  #unwatch: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #status = 0;
  #reason = "";
  #headers: Headers = {};

  constructor({ method, ...request }: ExchangeRequest, waiting: Waiting) {
    this.request = { ...request, method: method as Dispatcher.HttpMethod };
    this.#waiting = waiting;
  }

  /** Ends it with an error as soon as the work must stop. */
  watch(onStop: NonNullable<TransportInit["onStop"]>, why: () => Error): void {
    this.#unwatch = onStop(() => this.#fail(why()));
  }

  /** Right before the first byte is written, on a connection that was accepted. */
  onRequestStart(): void {
    this.sent = "maybe";
    this.#limit(this.#waiting.patience.headers, "no answer");
  }

  onResponseStart(_: unknown, status: number, headers: Headers, reason = ""): void {
    this.#status = status;
    this.#headers = headers;
    this.#reason = reason;
    // What comes before the answer itself (100 to 199) is none yet.
    if (status >= 200) this.#limit(this.#waiting.patience.body, "the body stood still");
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#timer?.refresh();
  }

  onResponseEnd(): void {
    if (this.isOver) return;
    this.#end(false);
    const [first = Buffer.alloc(0), ...more] = this.#chunks;
    const body = more.length === 0 ? first : Buffer.concat(this.#chunks);
    const encoding = this.#headers["content-encoding"];
    if (encoding === undefined) this.#waiting.resolve(this.#answer(body));
    else this.#waiting.resolve(decompress(body, String(encoding)).then((whole) => this.#answer(whole)));
  }

  onResponseError(_: unknown, error: Error): void {
    // undici has no code for a body in chunks whose end is missing.
    const isCut = this.#status > 0 && error.name === "HTTPParserError";
    this.#fail(
      isCut ? new PveConnectionError("", { kind: "reset", sent: "maybe" }) : asConnectionFault(error, this.sent),
    );
  }

  #fail(error: Error): void {
    if (this.isOver) return;
    this.#waiting.reject(error);
    this.#end(true);
  }

  #end(isBroken: boolean): void {
    this.isOver = true;
    clearTimeout(this.#timer);
    this.#unwatch?.();
    this.onOver?.(isBroken);
  }

  #limit(ms: number | undefined, what: string): void {
    clearTimeout(this.#timer);
    if (ms === undefined) return;
    const late = () => this.#fail(new PveConnectionError(`${what} for ${ms} ms`, { kind: "timeout", sent: "maybe" }));
    this.#timer = setTimeout(late, ms);
  }

  #answer(body: Buffer): TransportResponse {
    const headers = this.#headers;
    const whole = ownBytes(body);
    return {
      status: this.#status,
      statusText: this.#reason,
      headers: {
        get: (name) => {
          const value = headers[name.toLowerCase()];
          return value === undefined ? null : String(value);
        },
      },
      whole,
      arrayBuffer: async () => whole.buffer,
    };
  }
}

/** PVE compresses some answers although nobody asked (`GET /nodes/{node}/journal`). */
async function decompress(body: Buffer, encoding: string): Promise<Buffer> {
  if (encoding === "gzip" || encoding === "x-gzip") return promisify(gunzip)(body);
  return encoding === "deflate" ? promisify(inflate)(body) : body;
}

/** A small buffer is a piece of a larger one that others share. */
function ownBytes({ buffer, byteLength, byteOffset }: Buffer): Uint8Array<ArrayBuffer> {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return new Uint8Array(buffer);
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
}
