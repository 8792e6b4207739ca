import * as z from "zod";
import { approvalFrom, approvalSection } from "./approval/approval-section.js";
import type { ApprovalConfig } from "./approval/approval-settings.js";
import type { Policy } from "./policy/policy.js";
import { policyFrom, policySection } from "./policy/policy-section.js";
import type { Permissions } from "./run-action.js";

const file = z.string().min(1);

/** The keys that say which rules hold, in the file itself and for each target. */
export const policyShape = { policy: policySection.optional(), policy_file: file.optional() };

/** The keys of a configuration file that say what may be done, who is asked, and where it is written down. */
export const safetyShape = {
  ...policyShape,
  approval: approvalSection.optional(),
  permissions: z.enum(["check", "mark", "hide", "off"], { error: "is one of check, mark, hide and off" }).optional(),
  audit: z.strictObject({ directory: file, key_file: file.optional() }).optional(),
};

/** What may be done, who is asked, and where it is written down. */
export interface SafetyConfig {
  /** Rules for every target. */
  readonly policy?: Policy;
  readonly approval?: ApprovalConfig;
  readonly permissions?: Permissions;
  /** The key is a secret. */
  readonly audit?: { readonly directory: string; readonly key?: string };
}

/** How a section reaches other files. What cannot be read or parsed becomes a problem. */
export interface SectionFiles {
  /** The place of a file that is named in the configuration. */
  readonly absolute: (name: string) => string;
  /** The content of a file; empty where it became a problem. */
  readonly read: (key: string, name: string) => string;
  /** The parsed content of a YAML file; undefined where it became a problem. */
  readonly readYaml: (key: string, name: string) => unknown;
  readonly problem: (text: string) => void;
}

type PolicyKeys = z.output<z.ZodObject<typeof policyShape>>;

/** The configuration that checked keys describe. */
export function safetyFrom(keys: z.output<z.ZodObject<typeof safetyShape>>, files: SectionFiles): SafetyConfig {
  const policy = policyOf(keys, "", files);
  return {
    ...(policy !== undefined && { policy }),
    ...(keys.approval !== undefined && { approval: approvalFrom(keys.approval, files.absolute) }),
    ...(keys.permissions !== undefined && { permissions: keys.permissions }),
    ...(keys.audit !== undefined && { audit: auditFrom(keys.audit, files) }),
  };
}

function auditFrom(
  { directory, key_file }: NonNullable<z.output<z.ZodObject<typeof safetyShape>>["audit"]>,
  { absolute, read }: SectionFiles,
): NonNullable<SafetyConfig["audit"]> {
  const key = key_file === undefined ? undefined : read("audit.key_file", key_file).trim();
  return { directory: absolute(directory), ...(key !== undefined && { key }) };
}

/** The policy of a section; `prefix` is where it stands, such as `targets.home.`. */
export function policyOf({ policy, policy_file }: PolicyKeys, prefix: string, files: SectionFiles): Policy | undefined {
  if (policy !== undefined && policy_file !== undefined) {
    files.problem(`${prefix}policy and ${prefix}policy_file are both given; keep one`);
    return undefined;
  }
  if (policy_file === undefined) return policy && policyFrom(policy, `${prefix}policy`);
  const content = files.readYaml(`${prefix}policy_file`, policy_file);
  if (content === undefined) return undefined;
  const parsed = policySection.safeParse(content);
  if (parsed.success) return policyFrom(parsed.data, policy_file);
  for (const { path, message } of parsed.error.issues) files.problem(`${policy_file}: ${path.join(".")}: ${message}`);
  return undefined;
}
