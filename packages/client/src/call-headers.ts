import { PveConfigError } from "./errors.js";

/** What the client writes itself; a second value would contradict it or break the framing. */
const OWN =
  /^(?:authorization|csrfpreventiontoken|content-type|content-length|transfer-encoding|connection|host|expect)$/;

/**
 * A caller's headers, names in lower case.
 * @throws PveConfigError for a header that is the client's own or cannot be sent
 */
export function readHeaders(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const key = name.toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || typeof value !== "string" || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new PveConfigError(`headers: ${JSON.stringify(name)} is no header that can be sent`);
    }
    if (OWN.test(key)) throw new PveConfigError(`headers: ${key} is the client's own; leave it out`);
    read[key] = value;
  }
  return read;
}
