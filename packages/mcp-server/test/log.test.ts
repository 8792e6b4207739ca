import { expect, it } from "vitest";
import { createLog } from "../src/log.js";

it("writes one line a message and blots out secrets", () => {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), ["hunter2"]);
  log.info("up");
  log.warn("the word is hunter2\n  and more");
  log.error("down");
  expect(lines).toEqual([
    "pve-mcp: up\n",
    "pve-mcp: warning: the word is [secret] and more\n",
    "pve-mcp: error: down\n",
  ]);
});
