/** What a resource's address says: which target, which kind of thing, and the values of its template. */
export interface ResourceAddress {
  readonly target: string;
  readonly kind: string;
  readonly values: readonly string[];
}

/** `pve://<target>/<kind>/<value>…`, each part encoded; undefined for any other address. */
export function readAddress(uri: string): ResourceAddress | undefined {
  const found = /^pve:\/\/([^/?#]+)\/([a-z]+)((?:\/[^/?#]+)*)$/.exec(uri);
  if (found === null) return undefined;
  const [, target = "", kind = "", rest = ""] = found;
  try {
    return { target: decodeURIComponent(target), kind, values: rest.split("/").slice(1).map(decodeURIComponent) };
  } catch {
    return undefined;
  }
}

/** The address of a resource. */
export function addressOf(target: string, kind: string, ...values: readonly (string | number)[]): string {
  return `pve://${[target, kind, ...values].map((part) => encodeURIComponent(part)).join("/")}`;
}
