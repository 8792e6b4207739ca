import { describe, expect, it } from "vitest";
import { telemetryFrom } from "../src/telemetry/telemetry-config.js";
import { createTracer } from "../src/telemetry/tracer.js";
import { connect } from "./session.js";

interface Exported {
  readonly resourceSpans: readonly [
    { readonly scopeSpans: readonly [{ readonly spans: readonly Readonly<Record<string, unknown>>[] }] },
  ];
}

/** A collector in the test's hands. */
function collector(answer: { readonly ok: boolean; readonly status: number } = { ok: true, status: 200 }) {
  const bodies: string[] = [];
  const said: string[] = [];
  const tracer = createTracer({
    url: "http://collector.test/v1/traces",
    headers: {},
    service: "pve-mcp",
    now: () => 1_780_300_800_000,
    send: (_url, { body }) => {
      bodies.push(body);
      return Promise.resolve(answer);
    },
    onDefect: (message) => said.push(message),
  });
  const spans = () => bodies.flatMap((body) => (JSON.parse(body) as Exported).resourceSpans[0].scopeSpans[0].spans);
  return { tracer, spans, said, bodies };
}

describe("a trace", () => {
  it("holds each call as a span of the client's trace, with the requests that changed something", async () => {
    const { tracer, spans } = collector();
    await using session = await connect({ allowed: "change", tracer });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await session.mcp.callTool({ name: "start_vm", arguments: { vmid: 103 }, _meta: { traceparent } });
    await tracer.flush();
    expect(spans()).toMatchObject([
      {
        traceId: "0af7651916cd43dd8448eb211c80319c",
        parentSpanId: "b7ad6b7169203331",
        name: "tools/call start_vm",
        startTimeUnixNano: "1780300800000000000",
        events: [{ name: "pve.request" }],
        status: { code: 1 },
      },
    ]);
    expect(JSON.stringify(spans())).toMatch(/pve\.route.*status\/start/);
  });

  it.each([
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  ])("begins anew where a client sends %s, which is none", async (traceparent) => {
    const { tracer, spans } = collector();
    await using session = await connect({ tracer });
    await session.mcp.callTool({ name: "get_nodes", arguments: {}, _meta: { traceparent } });
    await tracer.flush();
    const [span] = spans();
    expect(span?.["traceId"]).not.toBe(traceparent.split("-")[1]);
    expect(span).not.toHaveProperty("parentSpanId");
  });

  it("waits for no collector without end", async () => {
    const said: string[] = [];
    const tracer = createTracer({
      url: "http://collector.test/v1/traces",
      headers: {},
      service: "pve-mcp",
      now: Date.now,
      patience: 1,
      send: (_url, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      onDefect: (message) => said.push(message),
    });
    tracer.start("tools/call", {}, undefined).end("done", {});
    await tracer.flush();
    expect(said).toEqual([expect.stringMatching(/1 spans could not be sent: .*timeout/)]);
  });

  it("shows that a call failed, and no secret", async () => {
    const { tracer, spans, bodies } = collector();
    await using session = await connect({ allowed: "change", tracer });
    await session.callTool("start_vm", { vmid: 104 });
    await session.callTool("update_vm_config", { vmid: 103, config: { cipassword: "hunter2secret" } });
    await tracer.flush();
    expect(spans().map(({ status }) => status)).toEqual([{ code: 2 }, { code: 1 }]);
    expect(bodies.join("")).not.toContain("hunter2secret");
  });

  it("holds up no call when the collector turns it down", async () => {
    const { tracer, said } = collector({ ok: false, status: 503 });
    await using session = await connect({ tracer });
    expect(await session.callTool("get_nodes")).toMatchObject({ isError: false });
    await tracer.flush();
    expect(said).toEqual([expect.stringContaining("503")]);
  });
});

describe("OpenTelemetry's variables", () => {
  const from = (env: Readonly<Record<string, string>>) => telemetryFrom((name) => env[name]);

  it("name the collector, its headers and the service", () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318/",
      OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Bearer%20x, a=b=c",
      OTEL_SERVICE_NAME: "home",
    };
    expect(from(env)).toEqual({
      telemetry: {
        url: "http://127.0.0.1:4318/v1/traces",
        headers: { authorization: "Bearer x", a: "b=c" },
        service: "home",
      },
      problems: [],
    });
  });

  it("are left alone when there is no endpoint, or it is switched off", () => {
    expect(from({})).toEqual({ problems: [] });
    expect(from({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://x:4318", OTEL_SDK_DISABLED: "true" })).toEqual({ problems: [] });
  });

  it("are refused when a header cannot be read, which is not shown", () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://x:4318",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic 100%",
    };
    expect(from(env).problems).toEqual([expect.not.stringContaining("100%")]);
  });

  it("are refused when the endpoint is none", () => {
    expect(from({ OTEL_EXPORTER_OTLP_ENDPOINT: "x:4317" }).problems).toHaveLength(1);
  });
});
