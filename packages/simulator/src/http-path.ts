import { percentDecode } from "./http-form.js";

/** The path below `/api2/<format>`, decoded, or the decoded path itself when it is none of the API. */
export function apiPath(target: string): string {
  const path = percentDecode(target.split("?", 1)[0] ?? "");
  return /^\/api2\/+[a-z][a-z0-9]+(\/.*)$/.exec(path)?.[1] ?? path;
}
