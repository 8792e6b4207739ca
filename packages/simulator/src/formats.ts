import { type Release, releases } from "./contracts.js";
import { documentFormats } from "./formats-documents.js";
import { firewallFormats } from "./formats-firewall.js";
import { guestFormats } from "./formats-guest.js";
import { identityFormats } from "./formats-identity.js";
import { networkFormats } from "./formats-network.js";
import { storageFormats } from "./formats-storage.js";
import { splitList } from "./verify-list.js";

/** What is wrong with a value, in PVE's words without the line end; `undefined` when nothing is. */
export type FormatCheck = (value: string, release: Release) => string | undefined;

const formats: Readonly<Record<string, FormatCheck>> = {
  ...identityFormats,
  ...networkFormats,
  ...storageFormats,
  ...guestFormats,
  ...firewallFormats,
  ...documentFormats,
};

/**
 * Checks a value against a named format and answers PVE's text, its line end included. `-list` checks every element,
 * `-opt` lets the empty value pass, an unknown name lets everything pass.
 */
export function formatProblem(name: string, value: string, release: Release = releases[0]): string | undefined {
  const exact = formats[name];
  if (exact) {
    return problem(exact, value, release);
  }
  const [, base = "", suffix] = /^(.*)-(list|opt)$/.exec(name) ?? [];
  const check = formats[base];
  if (!check) {
    return undefined;
  }
  if (suffix === "opt") {
    return value === "" || value === "0" ? undefined : problem(check, value, release);
  }
  for (const element of splitList(value)) {
    const text = problem(check, element, release);
    if (text !== undefined) {
      return text;
    }
  }
  return undefined;
}

/** Perl's `$` matches before a last newline, so one such newline is no concern of the formats. */
function problem(check: FormatCheck, value: string, release: Release): string | undefined {
  const text = check(value.replace(/\n$/, ""), release);
  return text === undefined ? undefined : `${text}\n`;
}
