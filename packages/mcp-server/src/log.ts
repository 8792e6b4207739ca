import { cleanText } from "./render.js";

/** Writes for the operator, never for the protocol: stdout belongs to MCP, so `write` is stderr. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Makes a log of one line a message. Each of `secrets` is blotted out wherever it turns up. */
export function createLog(write: (line: string) => void, secrets: readonly string[] = []): Log {
  const line = (level: string) => (message: string) => {
    const blotted = secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), message);
    write(`pve-mcp: ${level}${cleanText(blotted).replaceAll(/\s*\n\s*/g, " ")}\n`);
  };
  return { info: line(""), warn: line("warning: "), error: line("error: ") };
}
