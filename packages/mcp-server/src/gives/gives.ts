import type { Target } from "../target.js";
import { createFileSender } from "./file-sender.js";
import { createJoiningFinder, type JoiningNodeConfig } from "./joining-nodes.js";
import { createSecretStore } from "./secret-store.js";

/** What the operator lets tools use beside the cluster. What is left out, tools refuse to work without. */
export interface GivesConfig {
  /** Directory for secrets that PVE shows once. */
  readonly secretsDir?: string;
  /** Directories whose files may be uploaded. */
  readonly uploadDirs?: readonly string[];
  /** Nodes that may be told to join the cluster. */
  readonly joining?: readonly JoiningNodeConfig[];
}

/** Makes what tools are given from the configuration. */
export function givesOf({ secretsDir, uploadDirs = [], joining = [] }: GivesConfig): NonNullable<Target["gives"]> {
  return {
    ...(secretsDir !== undefined && { saveSecret: createSecretStore(secretsDir) }),
    ...(uploadDirs.length > 0 && { sendFile: createFileSender(uploadDirs) }),
    ...(joining.length > 0 && { joining: createJoiningFinder(joining) }),
  };
}
