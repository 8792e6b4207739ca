import { delimiter } from "node:path";
import type { Risk } from "@pve/tools";
import { type ApprovalMode, defaultApproval } from "./approval/approval-settings.js";
import type { FileConfig, readFileConfig } from "./config-file.js";
import { type Exposure, exposureOf } from "./exposure/exposure-settings.js";
import { type FlagSettings, flagSettingsOf } from "./flag-settings.js";
import { type OwnFlags, type ReadFlags, readFlags } from "./flags.js";
import type { GivesConfig } from "./gives/gives.js";
import type { FileHttp } from "./http/http-section.js";
import type { SafetyConfig } from "./safety-section.js";
import {
  type Checked,
  checkFingerprint,
  checkInsecure,
  checkToken,
  checkUrl,
  DEFAULT_WAIT_SECONDS,
  gather,
} from "./settings.js";
import type { TargetConfig, TlsTrust } from "./target-config.js";
import { type TelemetryConfig, telemetryFrom } from "./telemetry/telemetry-config.js";

/** Everything the server needs to know to start. Tokens in it are secrets. */
export interface ServerConfig {
  /** The clusters, in the order of the configuration; never empty. */
  readonly targets: readonly TargetConfig[];
  /** How long a call may wait for its task, in milliseconds. */
  readonly waitBudget: number;
  /** A client that cancels a call ends its task with it. */
  readonly cancelTasks?: boolean;
  /** The section `http` of the configuration file; what is missing or unsafe in it is found when HTTP is served. */
  readonly http?: FileHttp;
  /** What tools may use beside the cluster. */
  readonly gives: GivesConfig;
  /** What may be done, and who is asked. */
  readonly safety: SafetyConfig;
  /** Where traces go; nowhere when absent. */
  readonly telemetry?: TelemetryConfig;
  /** Which tools are listed. */
  readonly exposure: Exposure;
  /** What works but should be known, for stderr. */
  readonly warnings: readonly string[];
}

/** A configuration, and what the command line said beside it. */
export interface Loaded {
  readonly config: ServerConfig;
  /** What the command's own flags were given. */
  readonly own: ReadFlags["own"];
  /** The words that are no flags. */
  readonly words: readonly string[];
}

/** Where configuration comes from. `readFile` throws when the file cannot be read. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Without node and the script. */
  readonly argv: readonly string[];
  readonly readFile: (path: string) => string;
  /** Reads YAML; throws on what is none. Asked for only when a configuration file is named. */
  readonly parseYaml?: (text: string) => unknown;
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

/** The variable that names a configuration file, as `--config` does. */
export const CONFIG_VARIABLE = "PVE_MCP_CONFIG";

/** The name of the target that the environment describes. */
const ONLY_TARGET = "pve";

/**
 * Reads environment, command line and configuration file into a configuration; `fileReader` is needed only when a
 * file is named. Targets come from the file where it names any, and otherwise from the environment. `takes` are the flags
 * of one command, beside those of all.
 *
 * @throws PveMcpConfigError naming all problems at once.
 */
export function configFrom(sources: ConfigSources, takes: OwnFlags, fileReader?: FileReader): Loaded {
  const { env, argv, readFile } = sources;
  const { flags, own, words, problems: flagProblems } = readFlags(argv, takes);
  // An empty variable is how compose files and client forms write "not set".
  const variable = (name: string): string | undefined => env[name]?.trim() || undefined;
  const file = readFileAt(flags.config ?? variable(CONFIG_VARIABLE), sources, fileReader);
  const general = flagSettingsOf(flags);
  const single = file.config?.targets === undefined && file.problems.length === 0;
  const fromEnv = single ? targetFromEnv(variable, readFile) : { problems: doubledProblems(variable, file.config) };
  const { telemetry, problems: telemetryProblems } = telemetryFrom(variable);
  const problems = [...flagProblems, ...telemetryProblems, ...general.problems, ...file.problems, ...fromEnv.problems];
  const targets = file.config?.targets ?? (fromEnv.target === undefined ? [] : [fromEnv.target]);
  if (problems.length > 0) throw new PveMcpConfigError(problems);
  const gives = { ...givesFromEnv(variable), ...file.config?.gives };
  const safety = safetyConfigOf(general.approval, file.config);
  const settled = configOf(general, targets, file.config);
  const warnings = [...settled.warnings, ...safetyWarnings(safety)];
  const traced = telemetry === undefined ? {} : { telemetry };
  return { config: { ...settled, gives, safety, warnings, ...traced }, own, words };
}

/** Directories are separated as in PATH. */
function givesFromEnv(variable: (name: string) => string | undefined): GivesConfig {
  const secretsDir = variable("PVE_SECRETS_DIR");
  const uploadDirs = variable("PVE_UPLOAD_DIRS")?.split(delimiter);
  return {
    ...(secretsDir !== undefined && { secretsDir }),
    ...(uploadDirs !== undefined && { uploadDirs: uploadDirs.filter((directory) => directory !== "") }),
  };
}

interface EnvTarget {
  readonly target?: TargetConfig;
  readonly problems: readonly string[];
}

function targetFromEnv(variable: (name: string) => string | undefined, readFile: (path: string) => string): EnvTarget {
  const files = readFiles(variable, readFile);
  const { problems, take } = gather();
  const given = <T>(name: string, check: (text: string) => Checked<T>): T | undefined => {
    const text = variable(name);
    return text === undefined ? undefined : take(check(text));
  };
  const url = take(checkUrl("PVE_URL", variable("PVE_URL")));
  const token = given("PVE_TOKEN", (text) => checkToken("PVE_TOKEN", text));
  const fileToken =
    files.token === undefined ? undefined : take(checkToken("The token in PVE_TOKEN_FILE", files.token));
  const fingerprint = given("PVE_FINGERPRINT", checkFingerprint);
  const insecure = given("PVE_INSECURE", checkInsecure);
  problems.push(...files.problems, ...combinationProblems(variable));
  if (url === undefined) return { problems };
  const tls = trustOf({ fingerprint, insecure }, files.ca);
  const target: TargetConfig = {
    name: ONLY_TARGET,
    baseUrl: url,
    token: token ?? fileToken ?? "",
    ...(tls === undefined ? {} : { tls }),
    allowed: "read",
  };
  return { target, problems };
}

/** With targets in a file the environment's would be ignored in silence, so they are refused. */
function doubledProblems(variable: (name: string) => string | undefined, file: FileConfig | undefined): string[] {
  if (file?.targets === undefined) return [];
  return TARGET_VARIABLES.filter((name) => variable(name) !== undefined).map(
    (name) => `${name} is set, and the configuration file names targets of its own. Keep one of them.`,
  );
}

const TARGET_VARIABLES = ["PVE_URL", "PVE_TOKEN", "PVE_TOKEN_FILE", "PVE_FINGERPRINT", "PVE_CA", "PVE_INSECURE"];

/** What checks the content of a configuration file. */
export type FileReader = typeof readFileConfig;

function readFileAt(
  path: string | undefined,
  { readFile, parseYaml }: ConfigSources,
  fileReader: FileReader | undefined,
): ReturnType<FileReader> {
  if (path === undefined || fileReader === undefined) return { config: { gives: {}, safety: {} }, problems: [] };
  let text: string;
  try {
    text = readFile(path);
  } catch {
    return { problems: [`The configuration file ${JSON.stringify(path)} cannot be read.`] };
  }
  try {
    const parse = parseYaml ?? JSON.parse;
    return fileReader(parse(text), path, readFile, parse);
  } catch {
    // What the parser says may quote the line, and the line may hold a token.
    return { problems: [`The configuration file ${JSON.stringify(path)} is not valid YAML.`] };
  }
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

function configOf(
  { allow, wait, ...list }: FlagSettings,
  targets: readonly TargetConfig[],
  file: FileConfig | undefined,
): Omit<ServerConfig, "gives" | "safety"> {
  const flag: Risk | undefined = allow.includes("destroy")
    ? "destroy"
    : allow.includes("change")
      ? "change"
      : undefined;
  return {
    // The flag is how one start of the server goes further, or less far, than its file says.
    targets: allow.length === 0 ? targets : targets.map((target) => ({ ...target, allowed: flag ?? "read" })),
    waitBudget: wait ?? file?.waitBudget ?? DEFAULT_WAIT_SECONDS * 1000,
    ...(file?.cancelTasks === true && { cancelTasks: true }),
    ...(file?.http !== undefined && { http: file.http }),
    exposure: exposureOf(list, file?.exposure),
    warnings: targets.filter(({ tls }) => tls !== undefined && "insecure" in tls).map(insecureWarning),
  };
}

/** The flag is how one start of the server asks in another way than its file says. */
function safetyConfigOf(mode: ApprovalMode | undefined, file: FileConfig | undefined): SafetyConfig {
  const safety = file?.safety ?? {};
  return mode === undefined ? safety : { ...safety, approval: { ...(safety.approval ?? defaultApproval), mode } };
}

function safetyWarnings({ approval }: SafetyConfig): readonly string[] {
  return approval?.mode === "off" ? [UNATTENDED] : [];
}

const UNATTENDED =
  "approval is off: what loses data, cuts access or stops what people use goes ahead without anybody's being asked.";

function insecureWarning({ name, baseUrl }: TargetConfig): string {
  const setting = name === ONLY_TARGET ? "PVE_INSECURE=1" : `insecure of the target ${name}`;
  return `${setting}: any certificate is accepted, so anyone between here and ${baseUrl} can read the token. Set the fingerprint instead.`;
}

function trustOf(
  data: { readonly fingerprint: string | undefined; readonly insecure: boolean | undefined },
  ca: string | undefined,
): TlsTrust | undefined {
  if (data.fingerprint !== undefined) return { fingerprint256: data.fingerprint };
  if (ca !== undefined) return { ca };
  return data.insecure === true ? { insecure: true } : undefined;
}
