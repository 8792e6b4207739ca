import type { Json } from "@pve/tools";
import { describe, expect, it } from "vitest";
import { cleanText, cleanValue, renderText } from "../src/render.js";

const char = (...points: number[]): string => String.fromCodePoint(...points);

describe("cleanText", () => {
  const cases: [title: string, given: string, want: string][] = [
    ["leaves ordinary text alone", "web-01: überall, 日本語, 🙂", "web-01: überall, 日本語, 🙂"],
    ["keeps line breaks and tabs", "one\n\ttwo", "one\n\ttwo"],
    ["makes every line break a line feed", "one\r\ntwo\rthree", "one\ntwo\nthree"],
    ["drops terminal colours whole", `${char(27)}[31mred${char(27)}[0m`, "red"],
    ["drops a terminal title whole", `${char(27)}]0;owned${char(7)}name`, "name"],
    ["drops other control characters", `a${char(0)}b${char(8)}c${char(0x9b)}d`, "abcd"],
    ["drops characters that turn the direction of text", `a${char(0x202e)}b${char(0x2066)}c`, "abc"],
    ["drops invisible characters", `a${char(0x200b)}b${char(0xfeff)}c${char(0x3164)}d${char(0xad)}e`, "abcde"],
    ["drops text written in tag characters", `a${char(0xe0049, 0xe0067, 0xe006e)}b`, "ab"],
    ["drops line separators that are not line feeds", `a${char(0x2028)}b${char(0x2029)}c`, "abc"],
    ["drops half of a surrogate pair", `a\ud800b`, "ab"],
  ];

  it.each(cases)("%s", (_title, given, want) => {
    expect(cleanText(given)).toBe(want);
  });
});

describe("cleanValue", () => {
  it("reaches every string and key, however deep", () => {
    const hidden = char(0x200b);
    expect(cleanValue({ [`a${hidden}`]: [{ b: `c${hidden}` }] })).toEqual({ a: [{ b: "c" }] });
  });

  it("gives what JSON can hold", () => {
    expect(cleanValue({ a: undefined, b: Number.NaN, c: () => 1, d: 5n, e: null, f: true })).toEqual({
      b: null,
      d: "5",
      e: null,
      f: true,
    });
  });
});

describe("renderText", () => {
  const cases: [title: string, given: Json, want: string][] = [
    [
      "writes a record as lines",
      { name: "web", vmid: 100, agent: true, lock: null },
      "name: web\nvmid: 100\nagent: true\nlock: -",
    ],
    ["keeps a small record on one line", { net0: { model: "virtio", tag: 20 } }, "net0: model=virtio tag=20"],
    ["indents a large one", { cpu: { a: "x".repeat(60), b: { c: 1 } } }, `cpu:\n  a: ${"x".repeat(60)}\n  b: c=1`],
    ["does not let one value pass for two", { a: { b: "1 c=2" }, d: ["e, f", "g"] }, 'a: b="1 c=2"\nd: "e, f", g'],
    [
      "shows small lists and records inside a table",
      [{ load: ["1.2", "0.9"], cpu: { used: 1, total: 4 }, none: [] }],
      "load | cpu | none\n1.2, 0.9 | used=1 total=4 | (none)",
    ],
    [
      "names the columns of a list once",
      {
        guests: [
          { vmid: 100, name: "web" },
          { vmid: 101, name: "db", lock: "backup" },
        ],
      },
      "guests (2):\n  vmid | name | lock\n  100 | web |\n  101 | db | backup",
    ],
    ["says that a list is empty", { guests: [] }, "guests: (none)"],
    ["keeps a short list on one line", { tags: ["prod", "web"] }, "tags: prod, web"],
    [
      "puts a long list on lines of its own",
      { log: ["x".repeat(60), "y".repeat(60)] },
      `log (2):\n  ${"x".repeat(60)}\n  ${"y".repeat(60)}`,
    ],
    [
      "quotes a value that looks like a column",
      [{ name: "a | b", note: "one\ntwo" }],
      'name | note\n"a | b" | "one\\ntwo"',
    ],
    [
      "keeps a note of several lines inside its block",
      { notes: "one\nstatus: fine\n" },
      "notes:\n  > one\n  > status: fine",
    ],
    ["tells empty text from nothing", { a: "", b: null }, 'a: ""\nb: -'],
    ["says that a record is empty", {}, "(nothing)"],
  ];

  it.each(cases)("%s", (_title, given, want) => {
    expect(renderText(given)).toBe(want);
  });
});
