type Mark = " " | "-" | "+";

interface Line {
  readonly mark: Mark;
  readonly text: string;
}

/** One side of a diff: its name as the header shows it, and its text. */
export interface DiffSide {
  readonly header: string;
  readonly text: string;
}

const context = 3;

/** What `diff -u` prints for two texts; empty when they are the same. */
export function unifiedDiff(before: DiffSide, after: DiffSide): string {
  const lines = compare(linesOf(before.text), linesOf(after.text));
  const hunks = lines.some((line) => line.mark !== " ") ? hunksOf(lines) : [];
  return hunks.length === 0 ? "" : `--- ${before.header}\n+++ ${after.header}\n${hunks.join("")}`;
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** Longest common subsequence; the texts here are configuration files of a few dozen lines. */
function compare(a: readonly string[], b: readonly string[]): Line[] {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined && right === undefined) {
      return lines;
    }
    if (left !== undefined && left === right) {
      lines.push({ mark: " ", text: left });
      [i, j] = [i + 1, j + 1];
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ mark: "-", text: left });
      i += 1;
    } else {
      lines.push({ mark: "+", text: right ?? "" });
      j += 1;
    }
  }
}

/** Groups changes that are at most two contexts apart. */
function hunksOf(lines: readonly Line[]): string[] {
  const changed = lines.flatMap((line, index) => (line.mark === " " ? [] : [index]));
  const hunks: string[] = [];
  for (let first = 0; first < changed.length; ) {
    let last = first;
    while ((changed[last + 1] ?? Number.POSITIVE_INFINITY) - (changed[last] ?? 0) <= 2 * context) {
      last += 1;
    }
    const from = Math.max(0, (changed[first] ?? 0) - context);
    hunks.push(hunk(lines, from, Math.min(lines.length, (changed[last] ?? 0) + context + 1)));
    first = last + 1;
  }
  return hunks;
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const head = lines.slice(0, from);
  const body = lines.slice(from, to);
  const range = (other: Mark): string => {
    const skipped = head.filter((line) => line.mark !== other).length;
    const count = body.filter((line) => line.mark !== other).length;
    // An empty side names the line before it.
    const start = count === 0 ? skipped : skipped + 1;
    return count === 1 ? `${start}` : `${start},${count}`;
  };
  const text = body.map((line) => `${line.mark}${line.text}\n`).join("");
  return `@@ -${range("+")} +${range("-")} @@\n${text}`;
}
