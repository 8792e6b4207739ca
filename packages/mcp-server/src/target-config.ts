import type { Risk } from "@pve/tools";
import type { Policy } from "./policy/policy.js";

/** How a node's certificate is judged; absent means the certificate authorities Node trusts. */
export type TlsTrust = { readonly fingerprint256: string } | { readonly ca: string } | { readonly insecure: true };

/** What is configured of one cluster. `token` is a secret. */
export interface TargetConfig {
  readonly name: string;
  readonly baseUrl: string;
  readonly token: string;
  readonly tls?: TlsTrust;
  /** File with the password of root@pam, in whose name alone a node's upgrade terminal opens. */
  readonly rootPasswordFile?: string;
  /** How far anybody may go there. */
  readonly allowed: Risk;
  /** How many requests may begin within a second, and how many may be on their way at once. */
  readonly limits?: { readonly maxPerSecond?: number; readonly maxConcurrent?: number };
  /** Rules for this target, beside those of the server. */
  readonly policy?: Policy;
  /** Whose API it speaks, such as `8.4`: what came later is then not listed. */
  readonly release?: string;
}
