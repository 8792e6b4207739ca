import { z } from "zod";
import { readFlags } from "./flags.js";
import {
  allowSetting,
  DEFAULT_WAIT_SECONDS,
  fingerprintSetting,
  insecureSetting,
  tokenSetting,
  urlSetting,
  waitSetting,
} from "./settings.js";

/** How far the server may go: each word includes those before it. */
export type Allowed = "read" | "change" | "destroy";

/** How the node's certificate is judged; absent means the certificate authorities Node trusts. */
export type TlsTrust = { readonly fingerprint256: string } | { readonly ca: string } | { readonly insecure: true };

/** Everything the server needs to know to start. `token` is a secret. */
export interface ServerConfig {
  readonly baseUrl: string;
  readonly token: string;
  readonly tls?: TlsTrust;
  readonly allowed: Allowed;
  /** How long a call may wait for its task, in milliseconds. */
  readonly waitBudget: number;
  /** What works but should be known, for stderr. */
  readonly warnings: readonly string[];
}

/** What the process was started to do. */
export type Invocation =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "serve"; readonly config: ServerConfig };

/** Where configuration comes from. `readFile` throws when the file cannot be read. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Without node and the script. */
  readonly argv: readonly string[];
  readonly readFile: (path: string) => string;
}

/** The configuration cannot be used; `problems` holds every complaint, each with its remedy and none with a secret. */
export class PveMcpConfigError extends Error {
  override readonly name = "PveMcpConfigError";
  readonly code = "PVE_MCP_CONFIG";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

const settings = z.object({
  url: urlSetting,
  token: tokenSetting("PVE_TOKEN").optional(),
  fileToken: tokenSetting("The token in PVE_TOKEN_FILE").optional(),
  fingerprint: fingerprintSetting.optional(),
  insecure: insecureSetting.optional(),
  allow: allowSetting,
  wait: waitSetting.optional(),
});

type Settings = z.output<typeof settings>;

/**
 * Reads environment and command line into a configuration. `--help` and `--version` win over everything else.
 *
 * @throws PveMcpConfigError naming all problems at once.
 */
export function readConfig({ env, argv, readFile }: ConfigSources): Invocation {
  const { flags, problems: flagProblems } = readFlags(argv);
  if (flags.help) return { kind: "help" };
  if (flags.version) return { kind: "version" };
  // An empty variable is how compose files and client forms write "not set".
  const variable = (name: string): string | undefined => env[name]?.trim() || undefined;
  const files = readFiles(variable, readFile);
  const parsed = settings.safeParse({
    url: variable("PVE_URL"),
    token: variable("PVE_TOKEN"),
    fileToken: files.token,
    fingerprint: variable("PVE_FINGERPRINT"),
    insecure: variable("PVE_INSECURE"),
    allow: flags.allow,
    wait: flags.wait,
  });
  const problems = [
    ...flagProblems,
    ...(parsed.error?.issues ?? []).map((issue) => issue.message),
    ...files.problems,
    ...combinationProblems(variable),
  ];
  if (problems.length > 0 || !parsed.success) throw new PveMcpConfigError(problems);
  return { kind: "serve", config: configOf(parsed.data, files.ca) };
}

interface Files {
  readonly token?: string;
  readonly ca?: string;
  readonly problems: readonly string[];
}

function readFiles(variable: (name: string) => string | undefined, readFile: (path: string) => string): Files {
  const problems: string[] = [];
  const read = (name: string, remedy: string): string | undefined => {
    const path = variable(name);
    if (path === undefined) return undefined;
    try {
      return readFile(path);
    } catch {
      problems.push(`${name} names ${JSON.stringify(path)}, which cannot be read. ${remedy}`);
      return undefined;
    }
  };
  const token = read("PVE_TOKEN_FILE", "Check the path and that this user may read it.")?.trim();
  const ca = read("PVE_CA", "Copy /etc/pve/pve-root-ca.pem from a node and name the copy.");
  if (ca !== undefined && !ca.includes("-----BEGIN CERTIFICATE-----")) {
    const path = JSON.stringify(variable("PVE_CA"));
    problems.push(`PVE_CA names ${path}, which holds no PEM certificate. Name a copy of /etc/pve/pve-root-ca.pem.`);
  }
  return { ...(token === undefined ? {} : { token }), ...(ca === undefined ? {} : { ca }), problems };
}

function combinationProblems(variable: (name: string) => string | undefined): readonly string[] {
  const problems: string[] = [];
  const token = ["PVE_TOKEN", "PVE_TOKEN_FILE"].filter((name) => variable(name) !== undefined);
  if (token.length === 0) {
    problems.push(
      'PVE_TOKEN is not set. Make a token with "pveum user token add <user>@<realm> <tokenid>" and set PVE_TOKEN=user@realm!tokenid=secret, or name a file that holds it in PVE_TOKEN_FILE.',
    );
  }
  if (token.length === 2) problems.push("PVE_TOKEN and PVE_TOKEN_FILE are both set. Keep one of them.");
  const trust = ["PVE_FINGERPRINT", "PVE_CA"].filter((name) => variable(name) !== undefined);
  if (variable("PVE_INSECURE") === "1") trust.push("PVE_INSECURE");
  if (trust.length > 1) {
    problems.push(
      `${trust.join(" and ")} are set together. Keep one: they are different ways to judge the certificate.`,
    );
  }
  return problems;
}

function configOf(data: Settings, ca: string | undefined): ServerConfig {
  const tls = trustOf(data, ca);
  const insecure =
    "PVE_INSECURE=1: any certificate is accepted, so anyone between here and the node can read the token. Set PVE_FINGERPRINT instead.";
  return {
    baseUrl: data.url,
    token: data.token ?? data.fileToken ?? "",
    ...(tls === undefined ? {} : { tls }),
    allowed: data.allow.includes("destroy") ? "destroy" : data.allow.includes("change") ? "change" : "read",
    waitBudget: data.wait ?? DEFAULT_WAIT_SECONDS * 1000,
    warnings: data.insecure === true ? [insecure] : [],
  };
}

function trustOf(data: Settings, ca: string | undefined): TlsTrust | undefined {
  if (data.fingerprint !== undefined) return { fingerprint256: data.fingerprint };
  if (ca !== undefined) return { ca };
  return data.insecure === true ? { insecure: true } : undefined;
}
