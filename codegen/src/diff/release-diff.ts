import type { FactOperation, FactPermissions, ReleaseFacts, Route } from "../model.js";
import { compareRoutes } from "../model.js";
import { type Change, type Finding, finding, type ReleaseDiff, type Side } from "./change.js";
import { diffMembers, diffSchema } from "./schema-diff.js";

/** Everything that differs between two releases, sorted by route, with a verdict on each difference and on the whole. */
export function diffReleases(before: ReleaseFacts, after: ReleaseFacts): ReleaseDiff {
  const routes = [...new Set([...Object.keys(before.operations), ...Object.keys(after.operations)])].sort(
    compareRoutes,
  );
  const changes = routes.flatMap((route) => diffRoute(route, before.operations[route], after.operations[route]));
  const bump = changes.some(({ breaking }) => breaking) ? "major" : changes.length > 0 ? "minor" : "patch";
  return { from: before.release, to: after.release, bump, changes };
}

function diffRoute(route: Route, before: FactOperation | undefined, after: FactOperation | undefined): Change[] {
  const on = (side: Side, findings: readonly Finding[]): Change[] =>
    findings.map((found) => ({ route, side, ...found }));
  if (before === undefined) return on("operation", [finding("", "added", false, "added")]);
  if (after === undefined) return on("operation", [finding("", "removed", true, "removed")]);
  return [
    ...on("operation", diffFlags(before, after)),
    ...on("permission", diffPermissions(before.permissions, after.permissions)),
    ...on("parameter", diffMembers("", before.parameters.properties, after.parameters.properties, "input")),
    ...on("result", diffSchema("", before.returns ?? {}, after.returns ?? {}, "output")),
  ];
}

function diffFlags(before: FactOperation, after: FactOperation): Finding[] {
  const open = (operation: FactOperation) => operation.parameters.additionalProperties;
  return [
    ...(before.allowtoken === after.allowtoken
      ? []
      : after.allowtoken === false
        ? [finding("", "tightened", true, "API tokens are refused now")]
        : [finding("", "loosened", false, "API tokens are accepted now")]),
    ...(open(before) === open(after)
      ? []
      : open(after)
        ? [finding("", "loosened", false, "unknown parameters pass now")]
        : [finding("", "tightened", true, "unknown parameters are refused now")]),
    ...(before.proxyto === after.proxyto
      ? []
      : [finding("", "changed", false, `forwarded to ${before.proxyto ?? "no node"} → ${after.proxyto ?? "no node"}`)]),
    ...(before.protected === after.protected
      ? []
      : [finding("", "changed", false, after.protected === true ? "runs as root now" : "no longer runs as root")]),
  ];
}

/** Who may call: `world`, then any user, then a check, then root alone, each narrower than the one before. */
function diffPermissions(before: FactPermissions | undefined, after: FactPermissions | undefined): Finding[] {
  const [old, now] = [breadth(before), breadth(after)];
  if (old !== now) {
    const text = `${WHO[old]} → ${WHO[now]}`;
    return [now > old ? finding("", "tightened", true, text) : finding("", "loosened", false, text)];
  }
  const [left, right] = [JSON.stringify(before?.check), JSON.stringify(after?.check)];
  if (left === right) return [];
  const only = alternativesOnly(before?.check, after?.check);
  const text = `check \`${left}\` → \`${right}\``;
  return [only ? finding("", "loosened", false, text) : finding("", "changed", true, text)];
}

const WHO = ["anybody, unauthenticated", "any user", "a privilege check", "only root@pam"] as const;

function breadth(permissions: FactPermissions | undefined): 0 | 1 | 2 | 3 {
  if (permissions === undefined) return 3;
  if (permissions.user === "world") return 0;
  return permissions.user === undefined ? 2 : 1;
}

/** Whether the new check is the old one with further alternatives beside it, so that nobody lost anything. */
function alternativesOnly(before: readonly unknown[] | undefined, after: readonly unknown[] | undefined): boolean {
  if (after?.[0] === "or")
    return after.slice(1).some((alternative) => JSON.stringify(alternative) === JSON.stringify(before));
  if (before?.[0] !== "perm" || after?.[0] !== "perm") return false;
  const [, oldPath, oldPrivileges, ...oldOptions] = before as [string, string, readonly string[], ...unknown[]];
  const [, newPath, newPrivileges, ...newOptions] = after as [string, string, readonly string[], ...unknown[]];
  const any = newOptions.includes("any") && (oldOptions.includes("any") || oldPrivileges.length === 1);
  return oldPath === newPath && any && oldPrivileges.every((privilege) => newPrivileges.includes(privilege));
}
