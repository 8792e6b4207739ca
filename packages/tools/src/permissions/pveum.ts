import type { Grants } from "./grants.js";
import type { Missing } from "./verdict.js";

/** How much a privilege gives away, as far as it matters for choosing among several: less is better. */
export function weightOf(privilege: string): number {
  if (privilege.endsWith(".Audit")) return 1;
  if (privilege.endsWith(".Use") || privilege === "Datastore.AllocateSpace") return 2;
  if (privilege === "Permissions.Modify" || privilege === "Sys.Modify") return 9;
  return /\.(Allocate|Modify|AllocateUser|Unrestricted)$/.test(privilege) ? 6 : 4;
}

/** The privilege that gives away least. */
export function lightest(privileges: readonly string[]): string {
  return privileges.reduce((best, one) => (weightOf(one) < weightOf(best) ? one : best));
}

/** `pveum role add reader --privs 'VM.Audit,Sys.Audit'` */
export function roleAdd(role: string, privileges: readonly string[]): string {
  return `pveum role add ${role} --privs '${[...privileges].sort().join(",")}'`;
}

/** `pveum acl modify /vms --users 'ann@pve' --roles reader`; PVE's own default is to propagate. */
export function aclModify(path: string, identity: string, role: string, propagate: boolean): string {
  const subject = identity.includes("!") ? "--tokens" : "--users";
  return `pveum acl modify ${path} ${subject} '${identity}' --roles ${role}${propagate ? "" : " --propagate 0"}`;
}

/**
 * What an administrator types so that a caller gets what it lacks. The role holds what the caller already has on the
 * path as well: an entry of the caller's own takes the place of what would come from above or from a group.
 */
export function remedyFor(missing: readonly Missing[], { identity }: Grants, held: (path: string) => Iterable<string>) {
  const paths = new Map<string, { privileges: Set<string>; propagate: boolean }>();
  for (const { path: place, privileges, any } of missing) {
    const { path, propagate } = aclPath(place);
    const known = paths.get(path) ?? { privileges: new Set(held(path)), propagate };
    for (const one of any ? [lightest(privileges)] : privileges) known.privileges.add(one);
    paths.set(path, known);
  }
  const lines = [...paths].flatMap(([path, { privileges, propagate }]) => {
    const role = `tools${path === "/" ? "-root" : path.replaceAll("/", "-")}`;
    return [roleAdd(role, [...privileges]), aclModify(path, identity, role, propagate)];
  });
  const user = identity.split("!")[0] ?? "";
  const check = `pveum user permissions '${user}' # a token never has more than its user: check that ${user} holds it too`;
  return identity.includes("!") && lines.length > 0 ? [...lines, check] : lines;
}

/** The path to write into the ACL: that of all guests for `/vms/{vmid}`. */
export function aclPath(place: string): { readonly path: string; readonly propagate: boolean } {
  const cut = place.indexOf("{");
  if (cut < 0) return { path: place, propagate: false };
  const above = place.slice(0, cut).replace(/\/+$/, "");
  return { path: above === "" ? "/" : above, propagate: true };
}
