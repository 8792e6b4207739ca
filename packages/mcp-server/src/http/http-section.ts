import * as z from "zod";
import { checkToken } from "../settings.js";

/** What the configuration keeps of a bearer token. */
const TOKEN_HASH = /^sha256:[0-9a-f]{64}$/;
const word = z.enum(["read", "change", "destroy"]);
const file = z.string().min(1);
const hostName = z.string().regex(/^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])$/, {
  error: "is no host name; write it without scheme and port",
});
const webAddress = z.url({ protocol: /^https?$/, error: "is no http or https address" });

const callerSection = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9][\w.@-]*$/, { error: "use letters, digits, dots, dashes" }),
    token: z
      .string()
      // The value may be a token that somebody pasted here.
      .regex(TOKEN_HASH, { error: "is not a hash (value not shown); pve-mcp token makes a token and prints its hash" })
      .optional(),
    subject: z.string().min(1).optional(),
    reach: word.default("read"),
    targets: z.array(z.string()).min(1).optional(),
    pve_tokens: z.record(z.string(), file).default({}),
  })
  .refine(({ token, subject }) => token !== undefined || subject !== undefined, {
    error: "needs a token (its hash), a subject (of an OAuth token), or both",
  });

const oauthSection = z
  .strictObject({
    issuer: webAddress,
    audience: z.string().min(1).optional(),
    jwks_url: webAddress.optional(),
    jwks_file: file.optional(),
    scopes: z
      .strictObject({
        read: z.string().default("pve:read"),
        change: z.string().default("pve:change"),
        destroy: z.string().default("pve:destroy"),
      })
      .prefault({}),
  })
  .refine(({ jwks_url, jwks_file }) => (jwks_url === undefined) !== (jwks_file === undefined), {
    error: "needs one of jwks_url and jwks_file",
  });

/** The section `http` of a configuration file. */
export const httpSection = z.strictObject({
  listen: z.string().optional(),
  url: webAddress.optional(),
  hosts: z.array(hostName).default([]),
  origins: z.array(hostName).default([]),
  tls: z.strictObject({ cert_file: file, key_file: file }).optional(),
  open: z.boolean().default(false),
  callers: z.array(callerSection).default([]),
  oauth: oauthSection.optional(),
  body_limit: z
    .number()
    .int()
    .min(1024)
    .max(64 * 1024 * 1024)
    .default(1024 * 1024),
  requests_per_minute: z.number().int().min(1).default(600),
  timeout: z.number().int().min(1).max(86_400).optional(),
  drain: z.number().int().min(0).max(3600).optional(),
});

/** Somebody who may call over HTTP. */
export interface CallerConfig {
  readonly id: string;
  readonly tokenHash?: string;
  /** The `sub` of the OAuth tokens that are this caller's. */
  readonly subject?: string;
  readonly reach: z.output<typeof word>;
  readonly targets?: readonly string[];
  /** The caller's own PVE tokens by target. Secrets. */
  readonly pveTokens: Readonly<Record<string, string>>;
}

/** Whose tokens an OAuth resource server believes. */
export interface OauthConfig {
  readonly issuer: string;
  readonly audience?: string;
  /** Where the issuer's keys are: an address, or the absolute path of a file. */
  readonly jwks: { readonly url: string } | { readonly file: string };
  readonly scopes: Readonly<Record<z.output<typeof word>, string>>;
}

/** The section with its files read, those apart that change while the server runs. */
export interface FileHttp extends Omit<z.output<typeof httpSection>, "tls" | "callers" | "oauth"> {
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly callers: readonly CallerConfig[];
  readonly oauth?: OauthConfig;
}

/** What reading the files of a section needs; `read` notes a file that is not there and gives nothing. */
interface Files {
  readonly read: (key: string, name: string) => string;
  readonly resolve: (name: string) => string;
  readonly problem: (text: string) => void;
}

/** Reads the files that a section names. */
export function readHttpSection(section: z.output<typeof httpSection>, files: Files): FileHttp {
  const { tls, callers, oauth, ...rest } = section;
  return {
    ...rest,
    ...(tls !== undefined && {
      tls: {
        cert: files.read("http.tls.cert_file", tls.cert_file),
        key: files.read("http.tls.key_file", tls.key_file),
      },
    }),
    callers: callers.map((caller) => callerOf(caller, files)),
    ...(oauth !== undefined && { oauth: oauthOf(oauth, files) }),
  };
}

function callerOf(section: z.output<typeof callerSection>, files: Files): CallerConfig {
  const { id, token, subject, reach, targets, pve_tokens } = section;
  const own = Object.entries(pve_tokens).map(([target, name]) => {
    const key = `http.callers.${id}.pve_tokens.${target}`;
    const value = files.read(key, name).trim();
    const { problem } = checkToken(key, value);
    if (problem !== undefined && value !== "") files.problem(problem);
    return [target, value] as const;
  });
  return {
    id,
    reach,
    ...(token !== undefined && { tokenHash: token }),
    ...(subject !== undefined && { subject }),
    ...(targets !== undefined && { targets }),
    pveTokens: Object.fromEntries(own),
  };
}

function oauthOf(section: z.output<typeof oauthSection>, files: Files): OauthConfig {
  const { issuer, audience, jwks_url, jwks_file, scopes } = section;
  if (jwks_file !== undefined) files.read("http.oauth.jwks_file", jwks_file);
  return {
    issuer,
    scopes,
    ...(audience !== undefined && { audience }),
    jwks: jwks_url !== undefined ? { url: jwks_url } : { file: files.resolve(jwks_file ?? "") },
  };
}
