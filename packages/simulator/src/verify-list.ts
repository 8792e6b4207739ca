/** Splits a `-list` value as PVE does: at NUL if there is one, otherwise at commas, semicolons and white space. */
export function splitList(text: string): readonly string[] {
  const parts = text.includes("\0") ? text.split("\0") : text.trim().split(/[,;\s]+/);
  return parts.filter((part) => part !== "");
}
