import type { RawData, WebSocket } from "ws";
import type { Console, TerminalLogin } from "./console-session.js";
import { PveConnectionError, PveParameterError, PveProtocolError } from "./errors.js";
import { inputFrames, loginFrame, PING_FRAME, readLogin, resizeFrame } from "./terminal-frame.js";

const KEEP_ALIVE = 30_000;
const LOGIN_TIMEOUT = 10_000;
/** Unread output from which on the other side has to wait. */
const MOST_UNREAD = 256 * 1024;

/** The terminal protocol over an open web socket. */
export class Terminal implements Console {
  readonly node: string;
  readonly upid: string;
  readonly #socket: WebSocket;
  readonly #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #wake: () => void = () => undefined;
  readonly #closed: Promise<void>;

  private constructor(socket: WebSocket, login: TerminalLogin, first: Uint8Array) {
    this.node = login.node;
    this.upid = login.upid;
    this.#socket = socket;
    this.#take(first);
    socket.on("message", (data) => this.#take(bytesOf(data)));
    const keepAlive = setInterval(() => socket.send(PING_FRAME, () => undefined), KEEP_ALIVE);
    this.#closed = new Promise((resolve) => {
      const end = () => {
        clearInterval(keepAlive);
        this.#wake();
        resolve();
      };
      if (socket.readyState === socket.CLOSED) end();
      else socket.once("close", end);
    });
  }

  /**
   * Logs in and waits for the server's OK.
   * @throws PveProtocolError when it says something else
   * @throws PveConnectionError when it closes or says nothing
   */
  static open(socket: WebSocket, login: TerminalLogin): Promise<Terminal> {
    return logIn(socket, login, (first) => new Terminal(socket, login, first));
  }

  async write(data: string | Uint8Array): Promise<void> {
    for (const frame of inputFrames(data)) {
      await new Promise<void>((resolve, reject) => {
        this.#socket.send(frame, (error) => (error == null ? resolve() : reject(gone(this.upid))));
      });
    }
  }

  resize(columns: number, rows: number): void {
    const frame = resizeFrame(columns, rows);
    if (frame === undefined) {
      const size = "columns and rows must be whole numbers from 1 to 65535";
      throw new PveParameterError({ operation: "resize", problems: { size }, value: `${columns}x${rows}` });
    }
    this.#socket.send(frame, () => undefined);
  }

  async close(): Promise<void> {
    // A paused socket would never see the other side's goodbye.
    this.#socket.resume();
    this.#socket.close(1000);
    await this.#closed;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        const piece = this.#unread.shift();
        if (piece !== undefined) {
          this.#unreadBytes -= piece.length;
          if (this.#unreadBytes < MOST_UNREAD) this.#socket.resume();
          yield piece;
        } else if (this.#socket.readyState === this.#socket.CLOSED) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      await this.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#unread.push(bytes);
    this.#unreadBytes += bytes.length;
    if (this.#unreadBytes >= MOST_UNREAD && this.#socket.readyState === this.#socket.OPEN) this.#socket.pause();
    this.#wake();
  }
}

/** `begin` is called in the very turn of the OK: the next message may come in the same one. */
function logIn<T>(socket: WebSocket, login: TerminalLogin, begin: (first: Uint8Array) => T): Promise<T> {
  const { operation, user, ticket, upid, signal } = login;
  return new Promise((resolve, reject) => {
    let heard = new Uint8Array();
    const settle = () => {
      clearTimeout(timer);
      socket.off("message", onMessage);
      socket.off("close", onClose);
      signal.removeEventListener("abort", onAbort);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
      socket.terminate();
    };
    const onClose = () => fail(gone(upid));
    const onAbort = () =>
      fail(new PveConnectionError(`terminal ${upid}: aborted by the caller`, { kind: "aborted", sent: "maybe" }));
    const onMessage = (data: RawData) => {
      heard = new Uint8Array(Buffer.concat([heard, bytesOf(data)]));
      const output = readLogin(heard);
      if (output === false) fail(new PveProtocolError(operation, 101, "the terminal did not accept the login"));
      if (output === false || output === undefined) return;
      settle();
      resolve(begin(output));
    };
    const late = new PveConnectionError(`terminal ${upid}: no answer to the login`, { kind: "timeout", sent: "maybe" });
    const timer = setTimeout(() => fail(late), LOGIN_TIMEOUT);
    socket.on("message", onMessage);
    socket.once("close", onClose);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) return onAbort();
    socket.send(loginFrame(user, ticket), () => undefined);
  });
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function gone(upid: string): PveConnectionError {
  return new PveConnectionError(`terminal ${upid}: the connection is closed`, { kind: "reset", sent: "maybe" });
}
