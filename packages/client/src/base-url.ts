import { PveConfigError } from "./errors.js";

/**
 * Checks an address of a node or proxy and cuts off what the client adds itself.
 * @throws PveConfigError when it cannot be right
 */
export function readBaseUrl(text: string): string {
  if (!URL.canParse(text)) throw new PveConfigError("baseUrl must be an address such as https://pve1.example:8006");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new PveConfigError(`baseUrl must begin with https://, not ${url.protocol}//`);
  }
  if (url.username !== "" || url.password !== "")
    throw new PveConfigError("baseUrl must not hold credentials; use auth");
  if (url.search !== "" || url.hash !== "") throw new PveConfigError("baseUrl must end with its path; cut off ? and #");
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "").replace(/\/api2(?:\/json)?$/, "");
}

/**
 * Checks the addresses of one cluster.
 * @throws PveConfigError when there is none, or one of them twice
 */
export function readBaseUrls(given: string | readonly string[]): readonly string[] {
  const bases = (typeof given === "string" ? [given] : given).map(readBaseUrl);
  if (bases.length === 0) throw new PveConfigError("baseUrl must name at least one node");
  if (new Set(bases).size < bases.length) throw new PveConfigError("baseUrl names the same address twice");
  return bases;
}

/**
 * Which address is which node's own. `true` takes the first part of each host name (`https://pve1.example:8006` is
 * `pve1`), which is what PVE names a node by; a map says it outright.
 * @throws PveConfigError when the map names an address that baseUrl does not
 */
export function readAffinity(
  given: boolean | Readonly<Record<string, string>>,
  bases: readonly string[],
): ReadonlyMap<string, string> {
  if (given === false) return new Map();
  if (given === true) {
    return new Map(bases.flatMap((base) => nameIn(new URL(base).hostname).map((name) => [name, base] as const)));
  }
  return new Map(
    Object.entries(given).map(([node, text]) => {
      const base = readBaseUrl(text);
      if (!bases.includes(base)) throw new PveConfigError(`affinity.${node} is none of the addresses of baseUrl`);
      return [node, base] as const;
    }),
  );
}

/** An IP address tells no name. */
function nameIn(host: string): readonly string[] {
  const isAddress = host.startsWith("[") || /^[\d.]+$/.test(host);
  return isAddress ? [] : [host.split(".")[0] ?? host];
}
