import { readFileSync } from "node:fs";

/** The records of a file of JSON lines; what is no JSON object comes as an empty one. */
export function readLines(file: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line, at) => line !== "" || at < lines.length - 1).map(parsed);
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
