const MOST_NAMES = 3;
const BEGUN = 0.55;

/** The names closest to one that does not exist, best first: by shared words, then by spelling. Empty when none is near. */
export function nearNames(wanted: string, names: readonly string[]): readonly string[] {
  const words = wordsOf(wanted);
  const spelling = [...words].sort().join(" ");
  return names
    .map((name) => {
      const others = wordsOf(name);
      const shared = others.filter((word) => words.includes(word)).length / Math.max(words.length, others.length, 1);
      const other = [...others].sort().join(" ");
      const alike = 1 - distance(spelling, other) / Math.max(spelling.length, other.length, 1);
      // `size` for `size_gib`: right as far as it goes.
      const begun = others.length === words.length + 1 && words.every((word) => others.includes(word)) ? BEGUN : 0;
      return { name, score: Math.max(shared, alike, begun) };
    })
    .filter(({ score }) => score > 0.5)
    .sort((a, b) => b.score - a.score || a.name.localeCompare(b.name))
    .slice(0, MOST_NAMES)
    .map(({ name }) => name);
}

/** `getVMs`, `get-vms` and `get_vm` are made of the same words as `get_vms`. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.replace(/s$/, ""));
}

function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, left] of [...a].entries()) {
    const line = [row + 1];
    for (const [column, right] of [...b].entries()) {
      const replaced = (above[column] ?? 0) + (left === right ? 0 : 1);
      line.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    above = line;
  }
  return above[b.length] ?? 0;
}
