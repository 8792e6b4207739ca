import { SpecFault } from "../fault.js";
import type { Route } from "../model.js";

/** What a server answered once. */
export interface RecordedAnswer {
  /** How the recording names the exchange, or the line it stands on. */
  readonly id: string;
  readonly route: Route;
  /** The envelope's `data`. */
  readonly data: unknown;
}

interface Row {
  readonly id?: number | string;
  readonly operation?: string;
  readonly note?: string;
  readonly data?: unknown;
  readonly response?: { readonly status: number; readonly contentType?: string | null; readonly body?: string | null };
}

/** Notes of answers that came from a stand-in, not from PVE. */
const STAND_IN = /binding-stub|test setup/;

/**
 * Reads recordings, one JSON object a line: `operation` with either `data` or the whole `response`. Refusals, downloads
 * and answers of stand-ins are left out.
 */
export function readRecordings(file: string, text: string): RecordedAnswer[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const row = readRow(file, line, index);
    const data = STAND_IN.test(row.note ?? "") ? undefined : dataOf(row);
    if (row.operation === undefined || data === undefined) return [];
    return [{ id: String(row.id ?? `line ${index + 1}`), route: row.operation, data }];
  });
}

function readRow(file: string, line: string, index: number): Row {
  try {
    return JSON.parse(line) as Row;
  } catch (error) {
    throw new SpecFault(file, `not valid JSON: ${(error as Error).message}`, { line: index + 1, column: 1 });
  }
}

/** The `data` of a success; undefined where there is none. */
function dataOf({ data, response }: Row): unknown {
  if (response === undefined) return data;
  if (response.status !== 200 || !(response.contentType ?? "").startsWith("application/json")) return undefined;
  try {
    const { data: answer, success } = JSON.parse(response.body ?? "") as { data?: unknown; success?: unknown };
    // Below /api2/extjs a refusal is a 200, too.
    return success === 0 ? undefined : answer;
  } catch {
    return undefined;
  }
}
