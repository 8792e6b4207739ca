import { describe, expect, it } from "vitest";
import { realClock, virtualClock } from "../src/clock.js";

describe("the virtual clock", () => {
  it("stands still until it is moved", async () => {
    const clock = virtualClock(1000);
    expect(clock.now()).toBe(1000);
    await clock.advance(500);
    await clock.sleep(250);
    clock.tick();
    expect(clock.now()).toBe(1760);
  });

  it("runs what falls due on the way, in order and at its time", async () => {
    const clock = virtualClock(0);
    const seen: string[] = [];
    clock.at(20, () => seen.push(`b${clock.now()}`));
    clock.at(10, () => {
      seen.push(`a${clock.now()}`);
      clock.at(15, () => seen.push(`n${clock.now()}`));
    });
    clock.at(20, () => seen.push(`c${clock.now()}`));
    clock.at(31, () => seen.push("late"));
    await clock.advance(30);
    expect(seen).toStrictEqual(["a10", "n15", "b20", "c20"]);
    expect(clock.now()).toBe(30);
  });

  it("forgets what was taken back or closed", async () => {
    const clock = virtualClock(0);
    const seen: string[] = [];
    const cancel = clock.at(10, () => seen.push("cancelled"));
    cancel();
    clock.at(10, () => seen.push("kept"));
    await clock.advance(10);
    clock.at(20, () => seen.push("closed"));
    clock.close();
    await clock.advance(10);
    expect(seen).toStrictEqual(["kept"]);
  });

  it("does not sleep for an aborted signal", async () => {
    const clock = virtualClock(0);
    await expect(clock.sleep(10, AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    expect(clock.now()).toBe(0);
  });
});

describe("the real clock", () => {
  it("runs faster by its speed, wakes what is due and can be pushed forward", async () => {
    const clock = realClock(5_000_000, 1000);
    const seen: string[] = [];
    clock.at(clock.now() + 3_600_000, () => seen.push("pushed"));
    clock.at(clock.now() + 1000, () => seen.push("due"));
    await clock.sleep(20_000);
    expect(clock.now()).toBeGreaterThanOrEqual(5_019_000);
    expect(clock.now()).toBeLessThan(8_600_000);
    expect(seen).toStrictEqual(["due"]);
    await clock.advance(3_600_000);
    expect(seen).toStrictEqual(["due", "pushed"]);
    clock.close();
  });

  it("ends its sleepers when it is closed", async () => {
    const clock = realClock(0, 1);
    const sleeping = clock.sleep(3_600_000);
    clock.close();
    await expect(sleeping).rejects.toThrow();
  });
});
