/** A word of the index that a query's word may stand for, and how surely. */
export type Variant = readonly [word: string, share: number];

/** The known words nearest to one that is not known: of the same beginning, or a slip of the keyboard away. */
export function nearWords(word: string, known: readonly string[]): readonly Variant[] {
  if (word.length < 4) return [];
  const reach = word.length >= 7 ? 2 : 1;
  return known.flatMap((other): readonly Variant[] => {
    if (other.length >= 4 && (other.startsWith(word) || word.startsWith(other))) return [[other, 0.6]];
    const slips = slipsBetween(word, other, reach);
    return slips <= reach ? [[other, slips === 1 ? 0.8 : 0.6]] : [];
  });
}

/** Slips between two words: a letter too many, missing or wrong, or two that changed places. More than `most` is all the same. */
function slipsBetween(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const least = Math.min(replaced, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1);
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      line.push(swapped ? Math.min(least, (before[column - 2] ?? least) + 1) : least);
    }
    before = above;
    above = line;
  }
  return above[b.length] ?? most + 1;
}
