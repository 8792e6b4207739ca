import { createClient, type PveClient, type Transport } from "@pve/client";
import { expect, it } from "vitest";

/** A worker that writes, and ends, between any two requests: also in the middle of a line. */
class Worker {
  readonly upid: string;
  readonly #lines: readonly string[];
  readonly #random: () => number;
  #characters = 0;

  constructor(number: number) {
    this.#random = randomFrom(number);
    const hex = number.toString(16).toUpperCase().padStart(8, "0");
    this.upid = `UPID:pve1:${hex}:00B3909A:6B00FA99:vzdump:100:root@pam:`;
    // Sometimes as long as the client's page, and around it.
    const length = number % 50 === 0 ? 498 + (number % 7) : Math.floor(this.#random() * 12);
    const texts = Array.from(
      { length },
      (_, n) => ["", "no content", `INFO: ${n}% done`][Math.floor(this.#random() * 3)],
    );
    this.#lines = [...texts.map(String), "TASK OK"];
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Lets it work for a moment. */
  advance(): void {
    const whole = this.#lines.join("\n").length + 1;
    const step = this.#random() < 0.3 ? 0 : Math.ceil(this.#random() * this.#random() * whole);
    this.#characters = Math.min(whole, this.#characters + step);
  }

  get status(): "running" | "stopped" {
    return this.#characters > this.#lines.join("\n").length ? "stopped" : "running";
  }

  /** The log as it lies on the disk, read as PVE reads it. */
  log(start: number, limit: number): readonly { readonly n: number; readonly t: string }[] {
    const text = `${this.#lines.join("\n")}\n`.slice(0, this.#characters);
    const written = text === "" ? [] : text.replace(/\n$/, "").split("\n");
    const page = written.slice(start, start + limit).map((t, index) => ({ n: start + index + 1, t }));
    return page.length === 0 ? [{ n: 1, t: "no content" }] : page;
  }
}

/** Numbers from 0 to 1 that are the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

function clientOf(workers: ReadonlyMap<string, Worker>): PveClient {
  const transport: Transport = async (address) => {
    const url = new URL(address);
    const [, upid = "", what] = /\/tasks\/([^/]+)\/(status|log)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    const worker = workers.get(upid);
    if (worker === undefined) throw new Error(`unexpected request ${address}`);
    worker.advance();
    const page = () => worker.log(Number(url.searchParams.get("start")), Number(url.searchParams.get("limit")));
    const { status } = worker;
    const data = what === "log" ? page() : { upid, status, ...(status === "stopped" ? { exitstatus: "OK" } : {}) };
    return new Response(JSON.stringify({ data }), { headers: { "content-type": "application/json" } });
  };
  const auth = { token: "root@pam!test=0b5c7e1e-7f07-4a2e-9c4c-3f8f7f2b1a11" };
  return createClient({ baseUrl: "https://pve1.example:8006", auth, transport, sleep: async () => undefined });
}

it("1,000 tasks that write and end between any two requests lose, double and cut no line", async () => {
  const workers = new Map(Array.from({ length: 1000 }, (_, n) => new Worker(n)).map((worker) => [worker.upid, worker]));
  const pve = clientOf(workers);
  let partly = 0;
  for (const [upid, worker] of workers) {
    const heard: string[] = [];
    for await (const line of pve.task(upid).log()) {
      if (worker.status === "running") partly += 1;
      heard.push(line);
    }
    expect(heard).toEqual(worker.lines);
  }
  // Or the workers would all have ended before anybody listened.
  expect(partly).toBeGreaterThan(1000);
});
