import { isRecord } from "./encode.js";
import type { Envelope } from "./envelope.js";

/** Reads an envelope; `undefined` if this is none, or one that holds a refusal. */
export function readEnvelope(body: unknown): Envelope | undefined {
  if (!isRecord(body) || !("data" in body)) return undefined;
  const { data, total, changes, errors } = body;
  if (isRecord(errors) && Object.keys(errors).length > 0) return undefined;
  const remarks = [body["message"], body["warnings"]];
  if (total === undefined && changes === undefined && remarks.every((remark) => remark === undefined)) return { data };
  const warnings = remarks.flat().filter((text) => typeof text === "string" && text !== "");
  return {
    data,
    ...(typeof total === "number" ? { total } : {}),
    ...(typeof changes === "string" ? { changes } : {}),
    ...(warnings.length > 0 ? { warnings: warnings as string[] } : {}),
  };
}
