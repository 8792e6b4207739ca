/** Where traces go. Headers may hold secrets. */
export interface TelemetryConfig {
  /** The address that takes traces, such as `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly service: string;
}

/**
 * Reads OpenTelemetry's own variables, as far as they concern traces over HTTP: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`,
 * `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`. Undefined where no endpoint is set.
 */
export function telemetryFrom(variable: (name: string) => string | undefined): {
  readonly telemetry?: TelemetryConfig;
  readonly problems: readonly string[];
} {
  const base = variable("OTEL_EXPORTER_OTLP_ENDPOINT");
  const url = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? (base && `${base.replace(/\/+$/, "")}/v1/traces`);
  if (url === undefined || variable("OTEL_SDK_DISABLED") === "true") return { problems: [] };
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    return { problems: ["OTEL_EXPORTER_OTLP_ENDPOINT is no address such as http://127.0.0.1:4318 (OTLP over HTTP)."] };
  }
  const pairs = (variable("OTEL_EXPORTER_OTLP_HEADERS") ?? "").split(",").filter((pair) => pair.includes("="));
  const headers = pairs.map((pair) => {
    const equals = pair.indexOf("=");
    return [pair.slice(0, equals).trim().toLowerCase(), decodeURIComponent(pair.slice(equals + 1).trim())];
  });
  const service = variable("OTEL_SERVICE_NAME") ?? "pve-mcp";
  return { telemetry: { url, headers: Object.fromEntries(headers), service }, problems: [] };
}
