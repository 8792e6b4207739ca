/** A list argument as names: given as a list, or as text with commas, semicolons or spaces between them. */
export function namesIn(value: unknown): readonly string[] {
  const names = Array.isArray(value) ? value.map(String) : typeof value === "string" ? value.split(/[,;\s]+/) : [];
  return names.filter((name) => name !== "");
}
