/** What a process counts, for Prometheus. Labels hold routes, tools, targets and outcomes; never a caller or an argument. */
export interface Metrics {
  readonly request: (route: string, status: number, seconds: number) => void;
  readonly inFlight: (step: 1 | -1) => void;
  readonly toolCall: (tool: string, outcome: string, seconds: number) => void;
  readonly pveRequest: (target: string, outcome: string) => void;
  /** The text format of Prometheus. */
  readonly render: () => string;
}

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Makes the counters of a process, all at nought. */
export function createMetrics(): Metrics {
  const requests = counter("pve_mcp_http_requests_total", "HTTP requests answered.");
  const durations = histogram(
    "pve_mcp_http_request_duration_seconds",
    "Time until the answer to a request was complete.",
  );
  const calls = counter("pve_mcp_tool_calls_total", "Tool calls by how they ended.");
  const callDurations = histogram("pve_mcp_tool_call_duration_seconds", "Time that tool calls took.");
  const pve = counter("pve_mcp_pve_requests_total", "Requests sent to clusters, by HTTP status or kind of failure.");
  let open = 0;
  return {
    request(route, status, seconds) {
      requests.add({ route, status: String(status) });
      durations.add({ route }, seconds);
    },
    inFlight(step) {
      open += step;
    },
    toolCall(tool, outcome, seconds) {
      calls.add({ tool, outcome });
      callDurations.add({ tool }, seconds);
    },
    pveRequest: (target, outcome) => pve.add({ target, outcome }),
    render: () =>
      [
        ...[requests, durations, calls, callDurations, pve].flatMap(({ lines }) => lines()),
        ...single("gauge", "pve_mcp_http_in_flight", "Requests being answered.", open),
        ...single("gauge", "process_resident_memory_bytes", "Resident memory.", process.memoryUsage.rss()),
        ...single("counter", "process_cpu_seconds_total", "Processor time, of user and system.", cpuSeconds()),
        ...single("gauge", "process_start_time_seconds", "Start of the process since the epoch.", startOfProcess()),
        "",
      ].join("\n"),
  };
}

type Labels = Readonly<Record<string, string>>;

function startOfProcess(): number {
  return Math.round(performance.timeOrigin) / 1000;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

function counter(name: string, help: string) {
  const values = new Map<string, number>();
  return {
    add(labels: Labels) {
      const key = written(labels);
      values.set(key, (values.get(key) ?? 0) + 1);
    },
    lines: () => [
      ...head(name, help, "counter"),
      ...[...values].map(([labels, value]) => `${name}{${labels}} ${value}`),
    ],
  };
}

interface Series {
  readonly buckets: number[];
  sum: number;
  count: number;
}

function histogram(name: string, help: string) {
  const series = new Map<string, Series>();
  return {
    add(labels: Labels, seconds: number) {
      const key = written(labels);
      const one = series.get(key) ?? { buckets: BOUNDS.map(() => 0), sum: 0, count: 0 };
      series.set(key, one);
      one.sum += seconds;
      one.count += 1;
      BOUNDS.forEach((bound, at) => {
        if (seconds <= bound) one.buckets[at] = (one.buckets[at] ?? 0) + 1;
      });
    },
    lines: () => [
      ...head(name, help, "histogram"),
      ...[...series].flatMap(([labels, { buckets, sum, count }]) => [
        ...BOUNDS.map((bound, at) => `${name}_bucket{${labels},le="${bound}"} ${buckets[at]}`),
        `${name}_bucket{${labels},le="+Inf"} ${count}`,
        `${name}_sum{${labels}} ${sum}`,
        `${name}_count{${labels}} ${count}`,
      ]),
    ],
  };
}

function single(type: "counter" | "gauge", name: string, help: string, value: number): readonly string[] {
  return [...head(name, help, type), `${name} ${value}`];
}

function head(name: string, help: string, type: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function written(labels: Labels): string {
  const escaped = (value: string): string =>
    value.replaceAll(/[\\"\n]/g, (found) => (found === "\n" ? "\\n" : `\\${found}`));
  return Object.entries(labels)
    .map(([label, value]) => `${label}="${escaped(value)}"`)
    .join(",");
}
