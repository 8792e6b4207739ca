import { expect, it } from "vitest";
import { loadHttp } from "./http-load.js";

it("200 callers at once are answered without an error, each of them with what is theirs", async () => {
  const { calls, errors, crossed, rssMost } = await loadHttp(200, 3);
  expect(errors.slice(0, 3)).toEqual([]);
  expect(crossed.slice(0, 3)).toEqual([]);
  expect(calls).toBeGreaterThanOrEqual(200);
  expect(rssMost).toBeLessThan(500 * 1024 * 1024);
}, 60_000);
