/** A setting as it is meant, or what is wrong with it and its remedy. */
export type Checked<T> =
  | { readonly value: T; readonly problem?: never }
  | { readonly value?: never; readonly problem: string };

/** Checks settings one by one, and gathers what is wrong with them. */
export function gather(): {
  readonly problems: string[];
  readonly take: <T>({ value, problem }: Checked<T>) => T | undefined;
} {
  const problems: string[] = [];
  return {
    problems,
    take({ value, problem }) {
      if (problem !== undefined) problems.push(problem);
      return value;
    },
  };
}

/** Seconds a call waits for its task when `--wait` is not given: below the 60 s after which MCP clients give up. */
export const DEFAULT_WAIT_SECONDS = 45;

/** What a target may be called. */
export const TARGET_NAME = /^[A-Za-z0-9][\w.-]*$/;

const LONGEST_WAIT_SECONDS = 86_400;
const PVE_PORT = "8006";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TOKEN_ID = /^[^\s:/]+@[A-Za-z][\w.-]+![A-Za-z][\w.-]+$/;
const TOKEN_FORM = "user@realm!tokenid=secret, such as assistant@pve!reader=xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/** The address of a node: https only, port 8006 unless another is written, nothing behind the port. */
export function checkUrl(setting: string, text: string | undefined): Checked<string> {
  if (text === undefined) return { problem: urlMissing(setting) };
  const problem = urlProblem(setting, text);
  return problem === undefined ? { value: originOf(new URL(text), text) } : { problem };
}

/** What is said where the address of a node is missing. */
export function urlMissing(setting: string): string {
  return `${setting} is not set. Set it to the address of a node, such as https://pve1.example:8006.`;
}

function urlProblem(setting: string, value: string): string | undefined {
  if (value.includes("@")) {
    return `${setting} holds a user name or password (not shown). Take it out; access comes from the token.`;
  }
  const written = `${setting} is ${JSON.stringify(value)}`;
  if (/^http:/i.test(value)) return `${written}, but PVE answers over https only. Write https:// instead of http://.`;
  if (!/^https:\/\//i.test(value)) {
    return `${written}, which is not an https address. Write it as https://pve1.example:8006.`;
  }
  if (!URL.canParse(value))
    return `${written}, which cannot be read as an address. Write it as https://pve1.example:8006.`;
  const { pathname, search, hash } = new URL(value);
  if (pathname === "/" && search === "" && hash === "") return undefined;
  return `${written}; leave out everything behind the port (no path, no query).`;
}

function originOf(url: URL, written: string): string {
  // URL forgets a written :443, since it is the scheme's own port; PVE behind a proxy is reached there.
  const writtenPort = /^https:\/\/[^/]*:443\/?$/i.test(written) ? "443" : url.port;
  return `https://${url.hostname}:${writtenPort === "" ? PVE_PORT : writtenPort}`;
}

/** An API token. Its value is in no message, whatever is wrong with it. */
export function checkToken(source: string, text: string): Checked<string> {
  const problem = tokenProblem(text);
  return problem === undefined ? { value: text } : { problem: `${source} ${problem}` };
}

function tokenProblem(value: string): string | undefined {
  if (/^PVEAPIToken/i.test(value)) return "holds a whole header line. Leave out the leading PVEAPIToken=.";
  const equals = value.indexOf("=");
  const [id, secret] = equals === -1 ? [value, undefined] : [value.slice(0, equals), value.slice(equals + 1)];
  if (secret === undefined) return `has no "=" (value not shown). A token is written ${TOKEN_FORM}.`;
  if (!id.includes("!")) return `names no token after the user (value not shown). A token is written ${TOKEN_FORM}.`;
  if (!TOKEN_ID.test(id)) return `does not begin with user@realm!tokenid (value not shown). Write ${TOKEN_FORM}.`;
  if (UUID.test(secret)) return undefined;
  return "ends in something that is not a token secret (value not shown). The secret is the UUID that PVE showed once, when the token was made.";
}

/** SHA-256 of a certificate as PVE shows it; colons and case do not matter. Gives `AB:CD:…`. */
export function checkFingerprint(text: string): Checked<string> {
  const digits = text.replaceAll(":", "");
  if (/^[0-9a-f]{64}$/i.test(digits)) return { value: (digits.toUpperCase().match(/../g) ?? []).join(":") };
  const why = /^[0-9a-f]{40}$/i.test(digits)
    ? "a SHA-1 fingerprint"
    : "not a SHA-256 fingerprint (32 pairs of hex digits)";
  return {
    problem: `PVE_FINGERPRINT is ${JSON.stringify(text)}, ${why}. Run "pvenode cert info" on the node and copy the fingerprint of the certificate in use.`,
  };
}

/** `1` or `0`. Any other word is refused, because a guess would switch checking off. */
export function checkInsecure(text: string): Checked<boolean> {
  if (text === "0" || text === "1") return { value: text === "1" };
  return {
    problem: `PVE_INSECURE is ${JSON.stringify(text)}. Set it to 1 to accept any certificate, or leave it out.`,
  };
}

/** A word of `--allow`. */
export const checkAllow = oneOf(
  ["read", "change", "destroy"],
  (word) => `--allow ${word} is not known. Use --allow change or --allow destroy.`,
);

/** `--approval`. */
export const checkApproval = oneOf(
  ["auto", "client", "off"],
  (word) => `--approval ${word} is not known. Use --approval auto, client or off.`,
);

/** `--output-schemas`. */
export const checkOutputSchemas = oneOf(
  ["on", "off"],
  (word) => `--output-schemas ${word} is not known. Use on or off.`,
);

/** `--wait`, in milliseconds. */
export function checkWait(text: string): Checked<number> {
  if (/^\d{1,5}$/.test(text) && Number(text) <= LONGEST_WAIT_SECONDS) return { value: Number(text) * 1000 };
  return {
    problem: `--wait ${JSON.stringify(text)} is not a whole number of seconds between 0 and ${LONGEST_WAIT_SECONDS}. Try --wait ${DEFAULT_WAIT_SECONDS}.`,
  };
}

function oneOf<const Word extends string>(
  words: readonly Word[],
  complaint: (quoted: string) => string,
): (text: string) => Checked<Word> {
  return (text) => {
    const value = words.find((word) => word === text);
    return value === undefined ? { problem: complaint(JSON.stringify(text)) } : { value };
  };
}
