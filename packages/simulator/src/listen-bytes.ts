import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";

/** What arrives on a connection, piece by piece. Every read ends with `undefined` when the other side is gone. */
export interface Incoming {
  /** Request line and header lines, without the blank line that ends them. */
  head(): Promise<string | undefined>;
  /** The next so many bytes. */
  bytes(count: number): Promise<Buffer | undefined>;
  /** What has arrived beyond what was read. */
  rest(): Buffer;
}

const blankLine = Buffer.from("\r\n\r\n");
/** Nobody reads on behind a request that is still being answered. */
const readAhead = 1024 * 1024;

/** Reads a connection on demand. */
export function readIncoming(socket: Duplex): Incoming {
  let chunks: Buffer[] = [];
  let length = 0;
  let isOver = false;
  let wake = (): void => {};
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > readAhead) {
      socket.pause();
    }
    wake();
  });
  const stop = (): void => {
    isOver = true;
    wake();
  };
  socket.once("end", stop);
  socket.once("close", stop);
  const more = async (): Promise<boolean> => {
    if (!isOver) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        socket.resume();
      });
    }
    return !isOver;
  };
  const take = (count: number): Buffer => {
    const all = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
    chunks = count < all.length ? [all.subarray(count)] : [];
    length = all.length - count;
    return all.subarray(0, count);
  };
  return {
    async head() {
      for (;;) {
        const all = take(length);
        // Blank lines in front of a request are no part of it.
        const start = all[0] === 0x0d && all[1] === 0x0a ? 2 : 0;
        const end = all.indexOf(blankLine, start);
        chunks = end < 0 ? [all] : [all.subarray(end + blankLine.length)];
        length = end < 0 ? all.length : all.length - end - blankLine.length;
        if (end >= 0) {
          return all.toString("latin1", start, end);
        }
        if (!(await more())) {
          return undefined;
        }
      }
    },
    async bytes(count) {
      while (length < count) {
        if (!(await more())) {
          return undefined;
        }
      }
      return take(count);
    },
    rest: () => take(length),
  };
}
