/** A text that fits, and what was left out of it. */
export interface CutText {
  readonly text: string;
  readonly notes: readonly string[];
}

/** The last `most` characters of a text, because what went wrong stands at the end; a note says what is missing. */
export function cutText(text: string, most: number, name: string): CutText {
  if (text.length <= most) return { text, notes: [] };
  const shown = text.slice(text.length - most);
  return { text: shown, notes: [`${name} has ${text.length} characters; the last ${most} are shown (max_output).`] };
}
