import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Script } from "node:vm";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { codeFolder, runCached } from "../src/code-cache.js";

const isWindows = process.platform === "win32";
const program = (says: string): string => `(function(){return ${JSON.stringify(says)}})`;

let here = "";
let folder = "";

beforeEach(() => {
  here = mkdtempSync(path.join(tmpdir(), "pve-code-"));
  folder = path.join(here, "kept");
  onTestFinished(async () => {
    // What a start still keeps is not to be left behind.
    await delay(20);
    rmSync(here, { recursive: true, force: true });
  });
});

/** What a start says: its script lies elsewhere each time, because a process compiles the same file only once. */
function run(name = "start-one.cjs", says = "mine", kept = folder): unknown {
  const script = path.join(mkdtempSync(path.join(here, "installed-")), name);
  writeFileSync(script, program(says));
  return (runCached(script, { folder: kept, delay: 0 }) as () => unknown)();
}

/** The one file that is kept, once it is there. */
async function kept(): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".bin")) : [];
    if (names[0] !== undefined) return path.join(folder, names[0]);
    await delay(5);
  }
  throw new Error("nothing was kept");
}

describe("the code of a start that is kept for the next", () => {
  it("is what the next start runs", async () => {
    expect(run()).toBe("mine");
    const file = await kept();
    // Other code for a text of the same length is all that shows where a start took it from.
    writeFileSync(file, new Script(program("kept")).createCachedData());
    expect(run()).toBe("kept");
  });

  it.skipIf(isWindows)("can be read and written by nobody else", async () => {
    run();
    const file = await kept();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it.skipIf(isWindows)("is not run when somebody else may have written it", async () => {
    run();
    const file = await kept();
    writeFileSync(file, new Script(program("kept")).createCachedData());
    for (const mode of [0o620, 0o602, 0o666]) {
      chmodSync(file, mode);
      expect(run()).toBe("mine");
    }
  });

  it("is made anew when it is broken", async () => {
    run();
    const file = await kept();
    const whole = readFileSync(file);
    for (const broken of [Buffer.alloc(0), Buffer.from("nonsense"), whole.subarray(0, whole.length / 2)]) {
      writeFileSync(file, broken);
      expect(run()).toBe("mine");
      await expect.poll(() => readFileSync(file).equals(broken), { timeout: 5_000 }).toBe(false);
    }
  });

  it("takes the place of that of an earlier version, and leaves other releases of Node theirs", async () => {
    run();
    const first = await kept();
    const other = path.join(folder, "v18.0.0-linux-x64-start-one.cjs.bin");
    writeFileSync(other, "");
    expect(run("start-two.cjs", "next")).toBe("next");
    await expect.poll(() => existsSync(first), { timeout: 5_000 }).toBe(false);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(existsSync(other)).toBe(true);
  });

  it("makes the folder for caches where there is none yet", async () => {
    folder = path.join(here, "caches", "kept");
    expect(run()).toBe("mine");
    expect(path.dirname(await kept())).toBe(folder);
  });

  it.skipIf(process.platform !== "linux")("is done without on a file system where nothing can be made", async () => {
    expect(run("start-one.cjs", "mine", "/proc/caches/kept")).toBe("mine");
    await delay(20);
    expect(existsSync("/proc/caches")).toBe(false);
  });

  it("is done without where it cannot be written, and where there is no folder", async () => {
    writeFileSync(folder, "a file where the folder would be");
    expect(run()).toBe("mine");
    await delay(20);
    expect(readFileSync(folder, "utf8")).toBe("a file where the folder would be");
    rmSync(folder);
    expect(run("start-one.cjs", "mine", "")).toBe("mine");
    await delay(20);
    expect(existsSync(folder)).toBe(false);
  });
});

describe("the folder that code is kept in", () => {
  it.each([
    ["linux", { HOME: "/home/a" }, "/home/a/.cache/pve-mcp"],
    ["linux", { HOME: "/home/a", XDG_CACHE_HOME: "/var/x" }, "/var/x/pve-mcp"],
    ["linux", { HOME: "/home/a", XDG_CACHE_HOME: "" }, "/home/a/.cache/pve-mcp"],
    ["linux", { HOME: "/home/a", XDG_CACHE_HOME: "relative" }, undefined],
    ["linux", {}, undefined],
    ["darwin", { HOME: "/Users/a" }, "/Users/a/Library/Caches/pve-mcp"],
    ["linux", { HOME: "/home/a", NODE_DISABLE_COMPILE_CACHE: "1" }, undefined],
    ["win32", { HOME: "/home/a" }, undefined],
  ])("on %s with %o is %s", (platform, env, expected) => {
    expect(codeFolder(env, platform)).toBe(expected);
  });
});
