/** Names that carry the time at which something was made, or were drawn by lot. */
const given = [
  /vzdump-(?:qemu|lxc)-\d+-\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d/,
  /UPID:[\w-]+:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:"]*:[^:"]*:[^:"]+:/,
  /(?<=^\{"data":\{"id":")[0-9a-f]{8}-[0-9a-f-]{27}/,
] as const;

/** Remembers under which name the simulator knows a task, a backup or a second factor that the transcript names. */
export function learn(recorded: string, answered: string, names: Map<string, string>): void {
  for (const pattern of given) {
    const theirs = pattern.exec(recorded)?.[0];
    const mine = pattern.exec(answered)?.[0];
    if (theirs !== undefined && mine !== undefined && !names.has(theirs)) {
      names.set(theirs, mine);
    }
  }
}

/** The text with the transcript's names replaced by the simulator's. */
export function renamed(text: string, names: ReadonlyMap<string, string>): string {
  if (!/UPID|vzdump-|digest=|\/access\/tfa\//.test(text)) {
    return text;
  }
  let result = text;
  for (const [theirs, mine] of names) {
    result = result.replaceAll(theirs, mine).replaceAll(escaped(theirs), escaped(mine));
  }
  return result;
}

function escaped(name: string): string {
  return encodeURIComponent(name).replaceAll("!", "%21");
}
