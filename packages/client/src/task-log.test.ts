import { describe, expect, it, test } from "vitest";
import { freshLines, isFullPage } from "./task-log.js";
import { isUpid, nodeOfUpid } from "./upid.js";

describe("freshLines", () => {
  test.each<[unknown, number, string[]]>([
    [
      [
        { n: 1, t: "a" },
        { n: 2, t: "b" },
      ],
      0,
      ["a", "b"],
    ],
    [[{ n: "2", t: "b" }], 1, ["b"]],
    [
      [
        { n: 1, t: "a" },
        { n: 2, t: "b" },
      ],
      1,
      ["b"],
    ],
    [[{ n: 1, t: "no content" }], 0, []],
    [[{ n: 1, t: "no content" }], 5, []],
    [
      [
        { n: 1, t: "no content" },
        { n: 2, t: "TASK OK" },
      ],
      0,
      ["no content", "TASK OK"],
    ],
    [[{ n: 1, t: null }], 0, [""]],
    [null, 0, []],
  ])("of %j after %i lines are %j", (page, seen, want) => {
    expect(freshLines(page, seen)).toEqual(want);
  });

  it("knows a full page", () => {
    const page = Array.from({ length: 500 }, (_, index) => ({ n: index + 1, t: "" }));
    expect([isFullPage(page), isFullPage(page.slice(1))]).toEqual([true, false]);
  });
});

describe("a UPID", () => {
  test.each([
    ["UPID:pve1:0000C530:001C9C38:64B7E1D0:qmstart:100:root@pam:", "pve1"],
    ["UPID:node-2:0000C530:101C9C381:64B7E1D0:imgcopy::root@pam!tok:", "node-2"],
  ])("%s runs on %s", (upid, want) => {
    expect(isUpid(upid)).toBe(true);
    expect(nodeOfUpid(upid)).toBe(want);
  });

  test.each([
    "",
    "OK",
    "UPID:pve1:1:2:3:qmstart:100:root@pam:",
    "UPID:pve1:0000C530:001C9C38:64B7E1D0:qmstart:100:root@pam",
  ])("%j is none", (text) => {
    expect(isUpid(text)).toBe(false);
    expect(() => nodeOfUpid(text)).toThrow(expect.objectContaining({ code: "PVE_PARAMETER", field: "upid" }));
  });
});
