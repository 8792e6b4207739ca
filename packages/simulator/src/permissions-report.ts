import { type PermissionSource, privilegesOn } from "./permissions.js";

/** ACL path → privilege → propagate flag, as `GET /access/permissions` prints it. */
export type PermissionReport = Readonly<Record<string, Readonly<Record<string, 0 | 1>>>>;

/** The privileges on one path. */
export function reportPath(source: PermissionSource, authid: string, path: string): Readonly<Record<string, 0 | 1>> {
  const entries = [...privilegesOn(source, authid, path)].map(
    ([priv, propagate]) => [priv, propagate ? 1 : 0] as const,
  );
  return Object.fromEntries(entries);
}

const topLevel = ["/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms"];

/** The privileges on every path that matters; paths without any are left out. */
export function reportAll(source: PermissionSource, authid: string): PermissionReport {
  const paths = new Set(topLevel);
  for (const { path } of source.access.acl) {
    paths.add(path);
  }
  for (const [poolid, members] of source.pools) {
    paths.add(`/pool/${poolid}`);
    for (const vmid of members.vms) {
      paths.add(`/vms/${vmid}`);
    }
    for (const storage of members.storages) {
      paths.add(`/storage/${storage}`);
    }
  }
  const report = [...paths].map((path) => [path, reportPath(source, authid, path)] as const);
  return Object.fromEntries(report.filter(([, privs]) => Object.keys(privs).length > 0));
}

const capabilities: Readonly<Record<string, RegExp>> = {
  vms: /^(VM\.|Permissions\.Modify)/,
  access: /^((User|Group)\.|Permissions\.Modify)/,
  storage: /^(Datastore\.|Permissions\.Modify)/,
  nodes: /^(Sys\.|Permissions\.Modify)/,
  sdn: /^(SDN\.|Permissions\.Modify)/,
  dc: /^(Sys\.Audit|Sys\.Modify|SDN\.)/,
  mapping: /^(Mapping\.|Permissions\.Modify)/,
};

/** The hint for user interfaces that comes with a ticket: which kinds of thing the user can do anything with. */
export function reportCapabilities(
  source: PermissionSource,
  userid: string,
): Readonly<Record<string, Readonly<Record<string, 1>>>> {
  const cap = Object.fromEntries(Object.keys(capabilities).map((kind) => [kind, {} as Record<string, 1>]));
  const grant = (kind: string, priv: string): void => {
    const held = cap[kind];
    if (held) {
      held[priv] = 1;
    }
  };
  const fixed = ["/", "/nodes", "/access/groups", "/vms", "/storage", "/sdn", "/mapping"];
  for (const path of new Set([...fixed, ...source.access.acl.map((entry) => entry.path)])) {
    const kind = /^\/(\w+)/.exec(path)?.[1] ?? "dc";
    for (const priv of privilegesOn(source, userid, path).keys()) {
      // What a pool gives concerns the guests and storages in it.
      for (const target of kind === "pool" ? ["vms", "storage"] : [kind]) {
        if (capabilities[target]?.test(priv)) {
          grant(target, priv);
        }
      }
    }
  }
  return cap;
}
