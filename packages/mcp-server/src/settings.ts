import * as z from "zod";

/** Seconds a call waits for its task when `--wait` is not given: below the 60 s after which MCP clients give up. */
export const DEFAULT_WAIT_SECONDS = 45;

const LONGEST_WAIT_SECONDS = 86_400;
const PVE_PORT = "8006";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TOKEN_ID = /^[^\s:/]+@[A-Za-z][\w.-]+![A-Za-z][\w.-]+$/;
const TOKEN_FORM = "user@realm!tokenid=secret, such as assistant@pve!reader=xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/** The address of a node: https only, port 8006 unless another is written, nothing behind the port. */
export const urlSetting = urlSettingOf("PVE_URL");

/** An address under the name that its setting has. */
export function urlSettingOf(setting: string): z.ZodType<string, string> {
  return z
    .string({ error: `${setting} is not set. Set it to the address of a node, such as https://pve1.example:8006.` })
    .transform((value, context) => {
      const problem = urlProblem(setting, value);
      if (problem === undefined) return originOf(new URL(value), value);
      context.issues.push({ code: "custom", message: problem, input: undefined });
      return z.NEVER;
    });
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
export function tokenSetting(source: string): z.ZodType<string, string> {
  return z.string().superRefine((value, context) => {
    const problem = tokenProblem(value);
    if (problem !== undefined) context.addIssue({ code: "custom", message: `${source} ${problem}` });
  });
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
export const fingerprintSetting = z.string().transform((value, context) => {
  const digits = value.replaceAll(":", "");
  if (/^[0-9a-f]{64}$/i.test(digits)) return (digits.toUpperCase().match(/../g) ?? []).join(":");
  const why = /^[0-9a-f]{40}$/i.test(digits)
    ? "a SHA-1 fingerprint"
    : "not a SHA-256 fingerprint (32 pairs of hex digits)";
  const message = `PVE_FINGERPRINT is ${JSON.stringify(value)}, ${why}. Run "pvenode cert info" on the node and copy the fingerprint of the certificate in use.`;
  context.issues.push({ code: "custom", message, input: undefined });
  return z.NEVER;
});

/** `1` or `0`. Any other word is refused, because a guess would switch checking off. */
export const insecureSetting = z
  .string()
  .refine((value) => value === "0" || value === "1", {
    error: (issue) =>
      `PVE_INSECURE is ${JSON.stringify(issue.input)}. Set it to 1 to accept any certificate, or leave it out.`,
  })
  .transform((value) => value === "1");

/** Words of `--allow`. */
export const allowSetting = z.array(
  z.enum(["read", "change", "destroy"], {
    error: (issue) => `--allow ${JSON.stringify(issue.input)} is not known. Use --allow change or --allow destroy.`,
  }),
);

/** `--approval`. */
export const approvalSetting = z.enum(["auto", "client", "off"], {
  error: (issue) => `--approval ${JSON.stringify(issue.input)} is not known. Use --approval auto, client or off.`,
});

/** `--wait`, in milliseconds. */
export const waitSetting = z
  .string()
  .refine((value) => /^\d{1,5}$/.test(value) && Number(value) <= LONGEST_WAIT_SECONDS, {
    error: (issue) =>
      `--wait ${JSON.stringify(issue.input)} is not a whole number of seconds between 0 and ${LONGEST_WAIT_SECONDS}. Try --wait ${DEFAULT_WAIT_SECONDS}.`,
  })
  .transform((value) => Number(value) * 1000);
