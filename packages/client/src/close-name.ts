/** Whether two names differ at most in case, in separators, or by one character: a likely slip of the pen. */
export function isCloseName(known: string, given: string): boolean {
  const a = bare(known);
  const b = bare(given);
  if (a === b) return true;
  if (a.length < 3 || Math.abs(a.length - b.length) > 1) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const [one, other] = [a.slice(same), b.slice(same)];
  return one.slice(1) === other.slice(1) || one.slice(1) === other || one === other.slice(1);
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, "");
}
