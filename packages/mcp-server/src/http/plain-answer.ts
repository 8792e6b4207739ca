import type { ServerResponse } from "node:http";

/** An answer that is no MCP: a status, a sentence for whoever reads it, and headers that go with it. */
export interface Problem {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with text, which nobody may keep. */
export function answerText(outgoing: ServerResponse, status: number, text: string, type = "text/plain"): void {
  outgoing.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(text);
}

/** Answers with a problem in the form in which MCP clients look for one. Does nothing once an answer has begun. */
export function answerProblem(outgoing: ServerResponse, { status, text, headers = {} }: Problem): void {
  if (outgoing.headersSent) {
    outgoing.end();
    return;
  }
  const body = JSON.stringify({ jsonrpc: "2.0", error: { code: -32_000, message: text }, id: null });
  outgoing.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers }).end(body);
}
