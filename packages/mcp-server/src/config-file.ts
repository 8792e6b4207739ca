import path from "node:path";
import * as z from "zod";
import { exposureSection } from "./exposure/exposure-section.js";
import type { ExposureSection } from "./exposure/exposure-settings.js";
import type { GivesConfig } from "./gives/gives.js";
import { type FileHttp, httpSection, readHttpSection } from "./http/http-section.js";
import {
  policyOf,
  policyShape,
  type SafetyConfig,
  type SectionFiles,
  safetyFrom,
  safetyShape,
} from "./safety-section.js";
import { fingerprintSetting, tokenSetting, urlSettingOf } from "./setting-schemas.js";
import { checkToken, TARGET_NAME } from "./settings.js";
import type { TargetConfig, TlsTrust } from "./target-config.js";

const word = z.enum(["read", "change", "destroy"]);
const file = z.string().min(1);

const targetSection = z
  .strictObject({
    name: z.string().regex(TARGET_NAME, {
      error: (issue) => `${JSON.stringify(issue.input)} is no name of a target. Use letters, digits, dots, dashes.`,
    }),
    url: urlSettingOf("url"),
    token: tokenSetting("token").optional(),
    token_file: file.optional(),
    fingerprint: fingerprintSetting.optional(),
    ca_file: file.optional(),
    insecure: z.boolean().optional(),
    root_password_file: file.optional(),
    allow: word.default("read"),
    /** Requests to the cluster: how many a second, and how many at once. */
    limits: z
      .strictObject({
        per_second: z.number().min(0.1).max(10_000).optional(),
        at_once: z.number().int().min(1).max(1_000).optional(),
      })
      .optional(),
    ...policyShape,
    release: z
      .string({ error: 'write it as text, such as "8.4"' })
      .regex(/^\d+\.\d+$/, { error: (issue) => `${JSON.stringify(issue.input)} is no release. Write it as "8.4".` })
      .optional(),
  })
  .superRefine(({ token, token_file, fingerprint, ca_file, insecure }, context) => {
    const given = (values: readonly unknown[]): number => values.filter((value) => value !== undefined).length;
    if (given([token, token_file]) !== 1)
      context.addIssue({ code: "custom", message: "needs one of token and token_file" });
    if (given([fingerprint, ca_file, insecure === true ? true : undefined]) > 1) {
      context.addIssue({ code: "custom", message: "takes one of fingerprint, ca_file and insecure" });
    }
  });

const joiningSection = z.strictObject({
  name: z.string().min(1),
  url: urlSettingOf("url"),
  password_file: file,
  cluster_password_file: file,
  fingerprint: fingerprintSetting.optional(),
});

/** What a configuration file may hold. Sections other than `targets` belong to the module that reads them. */
const fileSchema = z.strictObject({
  targets: z
    .array(targetSection)
    .min(1)
    .refine((targets) => new Set(targets.map(({ name }) => name)).size === targets.length, {
      error: "two targets have the same name",
    })
    .optional(),
  /** Seconds a call waits for its task. */
  wait: z.number().int().min(0).max(86_400).optional(),
  /** Whether a call that is cancelled ends its task. */
  cancel_tasks: z.boolean().optional(),
  /** Which tools are listed. */
  tools: exposureSection.optional(),
  /** Where secrets go that PVE shows once. */
  secrets_dir: file.optional(),
  /** Whose files may be uploaded. */
  upload_dirs: z.array(file).optional(),
  /** Nodes that may be told to join the cluster. */
  joining: z.array(joiningSection).optional(),
  http: httpSection.optional(),
  ...safetyShape,
});

/** A configuration file, checked; paths in it are taken from the folder it lies in. */
export interface FileConfig {
  readonly targets?: readonly TargetConfig[];
  /** Milliseconds. */
  readonly waitBudget?: number;
  readonly cancelTasks?: boolean;
  readonly exposure?: ExposureSection;
  readonly gives: GivesConfig;
  readonly http?: FileHttp;
  readonly safety: SafetyConfig;
}

/** A checked file, or what is wrong with it; no problem repeats a secret. */
export type ReadFileConfig =
  | { readonly config: FileConfig; readonly problems: readonly [] }
  | { readonly config?: never; readonly problems: readonly string[] };

/** Checks the parsed content of the configuration file at `at`. Files that it names are read, and parsed as it was. */
export function readFileConfig(
  content: unknown,
  at: string,
  readFile: (path: string) => string,
  parse: (text: string) => unknown,
): ReadFileConfig {
  const parsed = fileSchema.safeParse(content ?? {});
  if (!parsed.success) {
    return { problems: parsed.error.issues.map((issue) => `${at}: ${place(issue.path)}${issue.message}`) };
  }
  const problems: string[] = [];
  const read = (key: string, name: string): string => {
    try {
      return readFile(path.resolve(path.dirname(at), name));
    } catch {
      problems.push(`${at}: ${key} names ${JSON.stringify(name)}, which cannot be read.`);
      return "";
    }
  };
  const { targets, wait, cancel_tasks, http, tools } = parsed.data;
  const files = filesFor(at, read, parse, problems);
  const resolve = files.absolute;
  const config: FileConfig = {
    gives: givesFrom(parsed.data, resolve),
    safety: safetyFrom(parsed.data, files),
    ...(http !== undefined && {
      http: readHttpSection(http, { read, resolve, problem: (text) => problems.push(text) }),
    }),
    ...(targets !== undefined && { targets: targets.map((target) => targetOf(target, files, problems)) }),
    ...(wait !== undefined && { waitBudget: wait * 1000 }),
    ...(cancel_tasks !== undefined && { cancelTasks: cancel_tasks }),
    ...(tools !== undefined && { exposure: tools }),
  };
  return problems.length > 0 ? { problems } : { config, problems: [] };
}

function filesFor(
  at: string,
  read: (key: string, name: string) => string,
  parse: (text: string) => unknown,
  problems: string[],
): SectionFiles {
  return {
    absolute: (name) => path.resolve(path.dirname(at), name),
    read,
    readYaml(key, name) {
      const before = problems.length;
      const text = read(key, name);
      if (problems.length > before) return undefined;
      try {
        return parse(text) ?? {};
      } catch {
        problems.push(`${at}: ${key} names ${JSON.stringify(name)}, which is not valid YAML.`);
        return undefined;
      }
    },
    problem: (text) => problems.push(`${at}: ${text}`),
  };
}

function givesFrom(
  { secrets_dir, upload_dirs, joining }: z.output<typeof fileSchema>,
  absolute: (name: string) => string,
): GivesConfig {
  return {
    ...(secrets_dir !== undefined && { secretsDir: absolute(secrets_dir) }),
    ...(upload_dirs !== undefined && { uploadDirs: upload_dirs.map(absolute) }),
    ...(joining !== undefined && {
      joining: joining.map(({ name, url, password_file, cluster_password_file, fingerprint }) => ({
        name,
        baseUrl: url,
        passwordFile: absolute(password_file),
        clusterPasswordFile: absolute(cluster_password_file),
        ...(fingerprint !== undefined && { tls: { fingerprint256: fingerprint } }),
      })),
    }),
  };
}

type TargetSection = z.output<typeof targetSection>;

function targetOf(section: TargetSection, files: SectionFiles, problems: string[]): TargetConfig {
  const { name, url, allow, release, root_password_file } = section;
  const { read, absolute } = files;
  const policy = policyOf(section, `targets.${name}.`, files);
  const token = section.token ?? read(`targets.${name}.token_file`, section.token_file ?? "").trim();
  const { problem } = checkToken(`targets.${name}: the token`, token);
  if (problem !== undefined && token !== "") problems.push(problem);
  const tls = trustOf(section, read);
  return {
    name,
    baseUrl: url,
    token,
    allowed: allow,
    ...(release !== undefined && { release }),
    ...(tls !== undefined && { tls }),
    ...(root_password_file !== undefined && { rootPasswordFile: absolute(root_password_file) }),
    ...(policy !== undefined && { policy }),
    ...(section.limits !== undefined && { limits: limitsFrom(section.limits) }),
  };
}

function limitsFrom({
  per_second,
  at_once,
}: NonNullable<TargetSection["limits"]>): NonNullable<TargetConfig["limits"]> {
  return {
    ...(per_second !== undefined && { maxPerSecond: per_second }),
    ...(at_once !== undefined && { maxConcurrent: at_once }),
  };
}

function trustOf(section: TargetSection, read: (key: string, name: string) => string): TlsTrust | undefined {
  if (section.fingerprint !== undefined) return { fingerprint256: section.fingerprint };
  if (section.ca_file !== undefined) return { ca: read(`targets.${section.name}.ca_file`, section.ca_file) };
  return section.insecure === true ? { insecure: true } : undefined;
}

function place(keys: readonly PropertyKey[]): string {
  return keys.length === 0 ? "" : `${keys.map(String).join(".")}: `;
}
