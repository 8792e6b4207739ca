/** One end of a console: bytes in, bytes out. */
export interface ConsolePeer {
  send(data: string | Uint8Array): void;
  close(): void;
}

/** Takes what arrives from the caller; `closed` when the caller has gone. */
export interface ConsoleEnd {
  receive(data: Uint8Array): void;
  closed(): void;
}

/** Connects a caller to a console. */
export type OpenConsole = (peer: ConsolePeer) => ConsoleEnd;

const consoles = new WeakMap<object, OpenConsole>();

/** Marks a handler's answer as one that a websocket can take over; to everybody else it is just the answer. */
export function asConsole<Answer extends object>(answer: Answer, open: OpenConsole): Answer {
  consoles.set(answer, open);
  return answer;
}

/** The console behind a handler's answer, if there is one. */
export function consoleOf(answer: unknown): OpenConsole | undefined {
  return typeof answer === "object" && answer !== null ? consoles.get(answer) : undefined;
}
