import { describe, expect, it, test } from "vitest";
import { inputFrames, loginFrame, readLogin, resizeFrame } from "./terminal-frame.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (frames: readonly Uint8Array[]) => frames.map((frame) => new TextDecoder().decode(frame));

describe("what is typed", () => {
  test.each<[string | Uint8Array, string[]]>([
    ["ls\r", ["0:3:ls\r"]],
    ["é", ["0:2:é"]],
    ["💿:1:2:", ["0:9:💿:1:2:"]],
    [bytes("\u0003"), ["0:1:\u0003"]],
    ["", []],
  ])("%j becomes %j", (data, want) => {
    expect(texts(inputFrames(data))).toEqual(want);
  });

  it("goes in several frames when it is long, and every byte once", () => {
    const data = new Uint8Array(40_000).map((_, n) => n % 251);
    const frames = inputFrames(data);
    expect(frames.length).toBe(3);
    const parts = frames.map((frame) => {
      const head = /^0:(\d+):/.exec(new TextDecoder("latin1").decode(frame.subarray(0, 12))) ?? [];
      const part = frame.subarray(head[0]?.length);
      expect(part.length).toBe(Number(head[1]));
      return part;
    });
    expect(Buffer.concat(parts).equals(data)).toBe(true);
  });
});

test.each<[number, number, string | undefined]>([
  [80, 24, "1:80:24:"],
  [65_535, 1, "1:65535:1:"],
  [0, 24, undefined],
  [80.5, 24, undefined],
  [80, Number.NaN, undefined],
  [65_536, 24, undefined],
])("a window of %d columns and %d rows is %j", (columns, rows, want) => {
  expect(resizeFrame(columns, rows)).toBe(want);
});

test.each<[string, string | false | undefined]>([
  ["OK", ""],
  ["OKroot@pve1:~# ", "root@pve1:~# "],
  ["O", undefined],
  ["", undefined],
  ["permission denied", false],
  ["ONE", false],
])("of %j after the login the output is %j", (answer, want) => {
  const read = readLogin(bytes(answer));
  expect(read instanceof Uint8Array ? new TextDecoder().decode(read) : read).toBe(want);
});

it("the first message names user and ticket", () => {
  expect(loginFrame("root@pam!full", "PVEVNC:6B00FB2A::sig")).toBe("root@pam!full:PVEVNC:6B00FB2A::sig\n");
});
