import type { PveFailure } from "./failure.js";
import { consoleOf } from "./http-console.js";
import { isDownload } from "./http-download.js";
import { emptyRefusal, firstLine, type Reply } from "./http-message.js";

/** The output formats that the simulator speaks. */
export type Format = "json" | "extjs";

const contentType = "application/json;charset=UTF-8";

/** Whether the simulator has a formatter of that name. */
export function isFormat(name: string): name is Format {
  return name === "json" || name === "extjs";
}

/** The answer of a successful call. */
export function success(
  data: unknown,
  format: Format,
  extras: { readonly total?: number; readonly changes?: string; readonly viaDaemon: boolean },
): Reply {
  const { viaDaemon } = extras;
  if (isDownload(data)) {
    const { filename, encoding } = data;
    return {
      status: 200,
      reason: "OK",
      contentType: data.contentType,
      extra: [
        ...(encoding === undefined ? [] : [["Content-Encoding", encoding] as const]),
        ...(filename === undefined ? [] : [["Content-Disposition", `attachment; filename="${filename}"`] as const]),
      ],
      body: data.body,
      viaDaemon,
    };
  }
  const envelope = {
    data: data ?? null,
    // PVE drops a total of 0 and empty changes.
    ...(extras.total ? { total: extras.total } : {}),
    ...(extras.changes ? { changes: extras.changes } : {}),
    ...(format === "extjs" ? { success: 1 } : {}),
  };
  const open = consoleOf(data);
  const body = JSON.stringify(envelope);
  return { status: 200, reason: "OK", contentType, body, viaDaemon, ...(open === undefined ? {} : { console: open }) };
}

/** Statuses that PVE raises without the newline that a Perl `die` text ends in. */
const bareStatuses = new Set([404, 424, 501]);

/** The answer of a refused call; `reason` only when it is not the message's first line. */
export function refusal(failure: PveFailure, format: Format, reason = firstLine(failure.message)): Reply {
  const bare = bareStatuses.has(failure.status) || failure.message.endsWith("\n");
  const message = bare ? failure.message : `${failure.message}\n`;
  const errors = failure.errors ? { errors: failure.errors } : {};
  if (format === "extjs") {
    // PVE quotes the status when it comes from a parameter exception.
    const status = failure.errors ? String(failure.status) : failure.status;
    const body = JSON.stringify({ data: null, success: 0, status, message, ...errors });
    return { status: 200, reason: "OK", contentType, body };
  }
  if (/\r/.test(reason)) {
    return emptyRefusal(400, "Bad Request");
  }
  return { status: failure.status, reason, contentType, body: JSON.stringify({ data: null, message, ...errors }) };
}
