import { randomBytes } from "node:crypto";

/**
 * Puts text from the cluster between two marks that nobody who wrote the text could know, so that a reader sees where data
 * begins and where it ends, whatever it says.
 */
export function fenced(text: string): string {
  const mark = randomBytes(4).toString("hex");
  return `[data ${mark}]\n${text}\n[end ${mark}]`;
}
