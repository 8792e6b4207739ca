import * as z from "zod";
import { checkFingerprint, checkToken, checkUrl, urlMissing } from "./settings.js";

/** The address of a node under the name that it has in the file; see `checkUrl`. */
export function urlSettingOf(setting: string): z.ZodType<string, string> {
  return z.string({ error: urlMissing(setting) }).transform((text, context) => {
    const { value, problem } = checkUrl(setting, text);
    if (problem === undefined) return value;
    context.issues.push({ code: "custom", message: problem, input: undefined });
    return z.NEVER;
  });
}

/** An API token; see `checkToken`. */
export function tokenSetting(source: string): z.ZodType<string, string> {
  return z.string().superRefine((text, context) => {
    const { problem } = checkToken(source, text);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });
}

/** SHA-256 of a certificate; see `checkFingerprint`. */
export const fingerprintSetting = z.string().transform((text, context) => {
  const { value, problem } = checkFingerprint(text);
  if (problem === undefined) return value;
  context.issues.push({ code: "custom", message: problem, input: undefined });
  return z.NEVER;
});
