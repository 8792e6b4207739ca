import { describe, expect, it } from "vitest";
import { itemsToShow } from "./run-all.js";

describe("the items of an answer about many", () => {
  const items = ["done", "done", "failed", "done"];
  const isBad = (item: string) => item === "failed";

  it("are all shown in their order where there are few", () => {
    expect(itemsToShow(items, isBad, 4)).toEqual({ items, notes: [] });
  });

  it("begin with those that have to be seen to where there are more, and the rest is counted", () => {
    expect(itemsToShow(items, isBad, 2)).toEqual({
      items: ["failed", "done"],
      notes: ["Shown are 2 of 4, those first that have to be seen to."],
    });
  });
});
