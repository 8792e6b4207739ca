import type { Release } from "./contracts.js";

const managers: Readonly<Record<string, string>> = { "8.4": "8.4.5", "9.0": "9.0.11", "9.1": "9.1.1", "9.2": "9.2.11" };

/** The hash behind the version of pve-manager. */
export const repoid = "14a22df3c0ffee00";

/** The version of pve-manager that stands for a release. */
export function managerVersion(release: Release): string {
  return managers[release] ?? `${release}.1`;
}
