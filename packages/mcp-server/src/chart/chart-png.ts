import { crc32, deflateSync } from "node:zlib";
import { LETTER, type Picture, type Point } from "./chart.js";
import { rowsOf } from "./letters.js";

const WHITE = 0;
const BLACK = 1;
const GREY = 2;
const LINE = 3;
const PALETTE = [0xff, 0xff, 0xff, 0x20, 0x20, 0x20, 0xcc, 0xcc, 0xcc, 0xe5, 0x70, 0x00];
/** Pixels to one of a letter's. */
const SCALE = 2;

/** Draws a picture as a PNG with four colours. */
export function pngOf(picture: Picture): Buffer {
  const { width, height, labels, frames, lines } = picture;
  const pixels = new Uint8Array(width * height).fill(WHITE);
  const dot = (x: number, y: number, colour: number) => {
    if (x >= 0 && x < width && y >= 0 && y < height) pixels[y * width + x] = colour;
  };
  for (const [[left, top], [right, bottom]] of frames) {
    for (let x = left; x <= right; x += 1) for (const y of [top, bottom]) dot(x, y, GREY);
    for (let y = top; y <= bottom; y += 1) for (const x of [left, right]) dot(x, y, GREY);
  }
  for (const line of lines) {
    drawLine(line, (x, y) => {
      dot(x, y, LINE);
      dot(x, y + 1, LINE);
    });
  }
  for (const { at, text, end } of labels) {
    const from = end === "right" ? at[0] - text.length * LETTER.step : at[0];
    drawText([from, at[1]], text, (x, y) => dot(x, y, BLACK));
  }
  return encoded(pixels, width, height);
}

function drawText([left, top]: Point, text: string, dot: (x: number, y: number) => void): void {
  for (const [index, letter] of [...text].entries()) {
    for (const [row, bits] of rowsOf(letter).entries()) {
      for (const column of [0, 1, 2].filter((at) => bits & (4 >> at))) {
        for (let more = 0; more < SCALE * SCALE; more += 1) {
          const x = left + index * LETTER.step + column * SCALE + (more % SCALE);
          dot(x, top + row * SCALE + Math.floor(more / SCALE));
        }
      }
    }
  }
}

function drawLine(line: readonly Point[], dot: (x: number, y: number) => void): void {
  for (const [index, [x, y]] of line.entries()) {
    const [fromX, fromY] = line[index - 1] ?? [x, y];
    const steps = Math.max(Math.abs(x - fromX), Math.abs(y - fromY), 1);
    for (let step = 0; step <= steps; step += 1) {
      dot(Math.round(fromX + ((x - fromX) * step) / steps), Math.round(fromY + ((y - fromY) * step) / steps));
    }
  }
}

function encoded(pixels: Uint8Array, width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits a pixel, each an index into the palette.
  head.set([8, 3, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y += 1) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(PALETTE)),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}
