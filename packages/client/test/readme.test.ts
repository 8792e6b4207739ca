import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { simulated } from "./simulated.js";

const folder = path.join(import.meta.dirname, "../.work/readme-runs");
const readme = await readFile(path.join(import.meta.dirname, "../README.md"), "utf8");
const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
/** What a simulated cluster in this process does not have: hosts of that name, files, consoles, a backup server. */
const ELSEWHERE = /createClient|upload\(|openTerminal|vncConnection|downloadFile|execInGuest/;
const runnable = blocks.filter((block) => !ELSEWHERE.test(block)).map((block, number) => ({ number, block }));

beforeAll(async () => {
  await mkdir(folder, { recursive: true });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the examples of the README that need nothing but a cluster", () => {
  it("are most of those about calls", () => {
    expect(runnable.length).toBeGreaterThan(5);
  });

  it.each(runnable)("example $number runs on a simulated one", async ({ number, block }) => {
    const { pve } = simulated();
    const { upid } = await pve.nodes("pve2").qemu(103).status.start.post();
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    for (const [name, value] of Object.entries({ pve, upid, bar: { update: () => undefined } })) {
      vi.stubGlobal(name, value);
    }
    const file = path.join(folder, `example-${number}.ts`);
    await writeFile(file, `${block}\nexport const done = true;\n`);
    expect(await import(file)).toMatchObject({ done: true });
  });
});
