import type { ContentBlock } from "@modelcontextprotocol/server";
import type { Answer, Json } from "@pve/tools";
import { cleanText } from "../render.js";
import { type ChartData, type ChartSeries, layOut } from "./chart.js";

type JsonRecord = { readonly [key: string]: Json | undefined };

/** The readings of an answer as a picture; undefined where the answer holds none. Drawn only when asked for. */
export async function chartOf(answer: Answer, format: "svg" | "png"): Promise<ContentBlock | undefined> {
  const data = chartData(answer);
  if (data === undefined) return undefined;
  const picture = layOut(data);
  if (format === "png") {
    const { pngOf } = await import("./chart-png.js");
    return { type: "image", data: pngOf(picture).toString("base64"), mimeType: "image/png" };
  }
  const { svgOf } = await import("./chart-svg.js");
  return { type: "image", data: Buffer.from(svgOf(picture)).toString("base64"), mimeType: "image/svg+xml" };
}

function chartData(answer: Answer): ChartData | undefined {
  const { series, statistics, node, vmid, timeframe, from, to } = answer;
  const readings = Array.isArray(series) ? series.filter(isRecord) : [];
  if (readings.length === 0 || !isRecord(statistics)) return undefined;
  const names = [...new Set(readings.flatMap((row) => Object.keys(row)))].filter((name) => name !== "time");
  return {
    title: cleanText(`${vmid === undefined ? `node ${node}` : `guest ${vmid} on ${node}`}, ${timeframe}`),
    from: String(from ?? ""),
    to: String(to ?? ""),
    series: names.map((name) => seriesOf(name, readings, statistics[name])),
  };
}

function seriesOf(name: string, readings: readonly JsonRecord[], summary: Json | undefined): ChartSeries {
  const values = readings.map((row) => (typeof row[name] === "number" ? row[name] : undefined));
  return { name, unit: isRecord(summary) ? String(summary["unit"]) : "", values };
}

function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
