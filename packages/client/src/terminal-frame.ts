/** PVE's terminal takes frames of at most 128 KiB; longer input goes in several. */
const LONGEST_INPUT = 16 * 1024;
/** Columns and rows are 16-bit numbers there. */
const MOST_CELLS = 65_535;

const text = new TextEncoder();

/** Keeps the connection from being taken for dead. */
export const PING_FRAME = "2";

/** The first message of a session: who opens it, and with which ticket. */
export function loginFrame(user: string, ticket: string): string {
  return `${user}:${ticket}\n`;
}

/**
 * Frames what is typed: `0:<bytes>:<data>`. Long input becomes several frames, which may cut a character in two; the
 * terminal sees bytes.
 */
export function inputFrames(data: string | Uint8Array): Uint8Array[] {
  const bytes = typeof data === "string" ? text.encode(data) : data;
  const frames: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += LONGEST_INPUT) {
    const piece = bytes.subarray(start, start + LONGEST_INPUT);
    const head = text.encode(`0:${piece.length}:`);
    const frame = new Uint8Array(head.length + piece.length);
    frame.set(head);
    frame.set(piece, head.length);
    frames.push(frame);
  }
  return frames;
}

/** Frames a new size of the window; `undefined` when that is no size. */
export function resizeFrame(columns: number, rows: number): string | undefined {
  const isSize = [columns, rows].every((cells) => Number.isInteger(cells) && cells >= 1 && cells <= MOST_CELLS);
  return isSize ? `1:${columns}:${rows}:` : undefined;
}

/**
 * Reads the server's word on the login, which comes before any output and perhaps together with some: `undefined` while
 * it is not complete, `false` for anything but `OK`, else the output that came along.
 */
export function readLogin(bytes: Uint8Array): Uint8Array | false | undefined {
  const [first, second] = bytes;
  if (first !== undefined && first !== 0x4f) return false;
  if (second === undefined) return undefined;
  return second === 0x4b ? bytes.subarray(2) : false;
}
