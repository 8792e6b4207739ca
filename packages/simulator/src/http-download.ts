/** A handler's answer that is sent as a file instead of an envelope. */
export interface Download {
  readonly contentType: string;
  /** Absent: shown, not saved. */
  readonly filename?: string;
  /** Already compressed, as `Content-Encoding` will say. */
  readonly encoding?: "gzip";
  readonly body: string | Uint8Array;
}

const downloads = new WeakSet<object>();

/** Marks a handler's answer as a file. */
export function asDownload(download: Download): Download {
  downloads.add(download);
  return download;
}

/** Whether a handler's answer has been marked by {@link asDownload}. */
export function isDownload(value: unknown): value is Download {
  return typeof value === "object" && value !== null && downloads.has(value);
}
