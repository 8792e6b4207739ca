import type { UpgradeTerminal } from "../invocation.js";

/** What an upgrade has shown so far. */
export interface Transcript {
  /** Whole lines. */
  readonly lines: string[];
  /** What stands in the last line, such as a question. */
  current: string;
  /** Configuration files whose local version was kept. */
  readonly kept: string[];
}

const MOST_LINES = 500;
// Written from a code point: a source file that holds the character itself cannot be reviewed.
const SEQUENCE = new RegExp(
  `${String.fromCharCode(27)}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${String.fromCharCode(7)}]*${String.fromCharCode(7)})`,
  "g",
);

/**
 * Reads an upgrade until it ends, writes down what it shows, and answers what it asks: yes to going on, the local version
 * of a changed configuration file, and the end of the shell that it leaves behind. Any other question waits for somebody.
 */
export async function upgradeIn(
  terminal: UpgradeTerminal,
  transcript: Transcript,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of terminal) {
    take(transcript, decoder.decode(bytes, { stream: true }), onLine);
    const answer = answerTo(transcript);
    if (answer === undefined) continue;
    transcript.current = "";
    await terminal.write(answer);
  }
}

function take(transcript: Transcript, piece: string, onLine: (line: string) => void): void {
  const parts = (transcript.current + piece).replaceAll(SEQUENCE, "").split(/\r?\n/);
  transcript.current = parts.pop() ?? "";
  for (const part of parts) {
    // A bare carriage return writes over the line, as progress bars do.
    const line = part.split("\r").at(-1) ?? "";
    transcript.lines.push(line);
    if (line.trim() !== "") onLine(line);
  }
  transcript.lines.splice(0, Math.max(0, transcript.lines.length - MOST_LINES));
}

function answerTo({ lines, current, kept }: Transcript): string | undefined {
  if (/Do you want to continue\? \[Y\/n\]\s*$/.test(current)) return "y\r";
  if (/\(Y\/I\/N\/O\/D\/Z\) \[default=N\] \?\s*$/.test(current)) {
    kept.push(lines.findLast((line) => line.startsWith("Configuration file "))?.slice(19) ?? "configuration file");
    return "\r";
  }
  return /[#$] $/.test(current) && lines.includes("starting shell") ? "exit\r" : undefined;
}
