/** The entry of a key, made on first use: what nobody has touched yet needs no place in the seeds. */
export function entryOf<Key, Entry>(entries: Map<Key, Entry>, key: Key, make: () => Entry): Entry {
  const known = entries.get(key);
  if (known !== undefined) {
    return known;
  }
  const made = make();
  entries.set(key, made);
  return made;
}
