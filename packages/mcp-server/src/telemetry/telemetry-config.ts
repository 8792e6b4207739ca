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
  const headers = headersFrom(variable("OTEL_EXPORTER_OTLP_HEADERS") ?? "");
  if (headers === undefined) {
    return { problems: ["OTEL_EXPORTER_OTLP_HEADERS (not shown) holds a % that begins no escape; write it as %25."] };
  }
  const service = variable("OTEL_SERVICE_NAME") ?? "pve-mcp";
  return { telemetry: { url, headers, service }, problems: [] };
}

/** Headers as the variable lists them, `name=value,…` with values escaped; undefined where one cannot be read. */
function headersFrom(written: string): Readonly<Record<string, string>> | undefined {
  const pairs = written.split(",").filter((pair) => pair.includes("="));
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        const equals = pair.indexOf("=");
        return [pair.slice(0, equals).trim().toLowerCase(), decodeURIComponent(pair.slice(equals + 1).trim())];
      }),
    );
  } catch {
    return undefined;
  }
}
