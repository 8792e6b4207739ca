import type { Section, Sections } from "./section-config.js";

/** An account with a certificate authority. */
export interface AcmeAccount {
  readonly contact: string[];
  readonly directory: string;
  readonly location: string;
  readonly tos?: string;
  /** Epoch seconds. */
  readonly created: number;
  status: "valid" | "deactivated";
}

/** Accounts and challenge plugins; the names of the accounts are also kept where certificates are ordered. */
export interface AcmeState {
  readonly accounts: Map<string, AcmeAccount>;
  readonly plugins: Sections;
}

/** No account, and the plugin that is always there. */
export function newAcme(): AcmeState {
  const standalone: Section = { type: "standalone" };
  return { accounts: new Map(), plugins: new Map([["standalone", standalone]]) };
}
