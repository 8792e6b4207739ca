import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import type { OpenConsole } from "./http-console.js";
import type { Incoming } from "./listen-bytes.js";

const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const largest = 128 * 1024;

/** Whether a request asks for a websocket of the version that PVE speaks. */
export function wantsWebsocket(headers: Readonly<Record<string, string>>): boolean {
  return (
    /\bwebsocket\b/i.test(headers["upgrade"] ?? "") &&
    headers["sec-websocket-version"] === "13" &&
    headers["sec-websocket-key"] !== undefined
  );
}

/** Turns the connection into a websocket and stays with it until one side leaves. */
export async function serveWebsocket(
  socket: Socket,
  incoming: Incoming,
  headers: Readonly<Record<string, string>>,
  open: OpenConsole,
): Promise<void> {
  const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}${magic}`).digest("base64");
  const protocol = headers["sec-websocket-protocol"]?.split(",")[0]?.trim();
  socket.setTimeout(0);
  socket.write(
    [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: upgrade",
      `Sec-WebSocket-Accept: ${accept}`,
      ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
      "\r\n",
    ].join("\r\n"),
  );
  const close = (): void => {
    socket.end(frame(8, Buffer.from([0x03, 0xe8])));
  };
  const end = open({ send: (data) => socket.write(frame(2, Buffer.from(data))), close });
  try {
    await converse(socket, incoming, (data) => end.receive(data));
  } finally {
    end.closed();
    socket.end();
  }
}

async function converse(socket: Socket, incoming: Incoming, receive: (data: Uint8Array) => void): Promise<void> {
  for (;;) {
    const message = await readFrame(incoming);
    if (message === undefined || message.opcode === 8) {
      return;
    }
    if (message.opcode === 9) {
      socket.write(frame(10, message.payload));
    } else if (message.opcode !== 10) {
      receive(message.payload);
    }
  }
}

/** The next frame; `undefined` at the end, and for frames that PVE does not take: unmasked, in parts, too long. */
async function readFrame(incoming: Incoming): Promise<{ opcode: number; payload: Buffer } | undefined> {
  const head = await incoming.bytes(2);
  const [first = 0, second = 0] = head ?? [];
  const isWhole = (first & 0x80) !== 0;
  const isMasked = (second & 0x80) !== 0;
  const opcode = first & 0x0f;
  if (head === undefined || !isWhole || !isMasked || ![1, 2, 8, 9, 10].includes(opcode)) {
    return undefined;
  }
  const short = second & 0x7f;
  const extended = short < 126 ? undefined : await incoming.bytes(short === 126 ? 2 : 8);
  const length =
    extended === undefined ? short : short === 126 ? extended.readUInt16BE() : Number(extended.readBigUInt64BE());
  const mask = await incoming.bytes(4);
  if (length > largest || mask === undefined) {
    return undefined;
  }
  const payload = length === 0 ? Buffer.alloc(0) : await incoming.bytes(length);
  return payload === undefined
    ? undefined
    : { opcode, payload: payload.map((byte, n) => byte ^ (mask[n % 4] ?? 0)) as Buffer };
}

function frame(opcode: number, payload: Uint8Array): Buffer {
  const length = payload.length;
  const head =
    length < 126 ? Buffer.from([0x80 | opcode, length]) : Buffer.from([0x80 | opcode, 126, length >> 8, length & 255]);
  return Buffer.concat([head, payload]);
}
