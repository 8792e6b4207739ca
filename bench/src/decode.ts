import { createClient, type TransportResponse } from "@pve/client";

const GUESTS = 10_000;
const ROUNDS = 45;
const WARM_UP = 5;

/** What a call gives above parsing: the whole way of a call against `JSON.parse` of the very same body. */
export async function benchDecode(print: (line: string) => void): Promise<void> {
  const text = JSON.stringify({ data: Array.from({ length: GUESTS }, (_, index) => guest(index)) });
  const bytes = new TextEncoder().encode(text);
  const response: TransportResponse = {
    status: 200,
    statusText: "OK",
    headers: { get: (name) => (name.toLowerCase() === "content-type" ? "application/json;charset=UTF-8" : null) },
    arrayBuffer: async () => bytes.buffer,
  };
  const pve = createClient({
    baseUrl: "https://pve1:8006",
    auth: { token: "root@pam!bench=0" },
    transport: async () => response,
  });
  const decoder = new TextDecoder();
  const contestants: Readonly<Record<string, () => unknown>> = {
    "JSON.parse of the text": () => JSON.parse(text),
    "bytes to text, JSON.parse": () => JSON.parse(decoder.decode(bytes)),
    'pve.call(…, { decode: "raw" })': () => pve.call("GET /cluster/resources", {}, { decode: "raw" }),
    "pve.call(…)": () => pve.call("GET /cluster/resources", {}),
    "pve.cluster.resources.get()": () => pve.cluster.resources.get(),
  };
  const times = await interleaved(contestants);
  const floor = median(times["JSON.parse of the text"] ?? []);
  print(
    `decoding ${GUESTS} guests (${(bytes.length / 1e6).toFixed(1)} MB), median of ${ROUNDS} rounds       ms   × JSON.parse`,
  );
  for (const [name, samples] of Object.entries(times).sort()) {
    const middle = median(samples);
    print(`  ${name.padEnd(50)} ${middle.toFixed(2).padStart(8)} ${(middle / floor).toFixed(2).padStart(12)}`);
  }
}

/** One after the other, in another order every round: a slow moment falls on all, what one leaves to collect on each. */
async function interleaved(contestants: Readonly<Record<string, () => unknown>>): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const [name, run] of shuffled(Object.entries(contestants))) {
      const begin = performance.now();
      await run();
      const took = performance.now() - begin;
      if (round >= 0) times[name] = [...(times[name] ?? []), took];
    }
  }
  return times;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

function median(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}

/** A guest as `GET /cluster/resources` of a 9.2 gives it, with PVE's 0 and 1 in it. */
function guest(index: number): object {
  return {
    cpu: (index % 97) / 1000,
    disk: 0,
    diskread: index * 4096,
    diskwrite: index * 8192,
    id: `qemu/${100 + index}`,
    maxcpu: 4,
    maxdisk: 34_359_738_368,
    maxmem: 8_589_934_592,
    mem: 1_073_741_824 + index,
    memhost: 1_273_741_824 + index,
    name: `guest-${index}.example`,
    netin: index * 1500,
    netout: index * 900,
    node: `pve${(index % 16) + 1}`,
    status: index % 3 === 0 ? "stopped" : "running",
    tags: index % 2 === 0 ? "prod;web" : "",
    template: index % 50 === 0 ? 1 : 0,
    type: "qemu",
    uptime: index * 60,
    vmid: 100 + index,
  };
}
