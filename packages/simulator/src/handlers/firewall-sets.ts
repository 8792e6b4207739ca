import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { assertUnmodified, contentDigest } from "../section-config.js";
import type { FirewallAlias, FirewallConfig, FirewallEntry, FirewallSet } from "../world-firewall.js";
import { cleanCidr, ipVersion } from "./firewall-address.js";
import { flag, need, text } from "./guest-call.js";

/** Finds the configuration a call is about. */
export type FindConfig = (call: Call) => FirewallConfig;

function commentOf(call: Call): { comment?: string } {
  const comment = text(call, "comment");
  return comment === undefined || comment === "" ? {} : { comment };
}

function sortedAliases({ aliases }: FirewallConfig): FirewallAlias[] {
  return [...aliases.keys()].sort().flatMap((key) => aliases.get(key) ?? []);
}

function newAlias(call: Call, name: string): FirewallAlias {
  const cidr = need(call, "cidr").replace(/\/(?:32|128)$/, "");
  return { name, cidr, ipversion: ipVersion(cidr) ?? 4, ...commentOf(call) };
}

function createAlias(find: FindConfig): Handler {
  return (call) => {
    const { aliases } = find(call);
    const name = need(call, "name");
    if (aliases.has(name.toLowerCase())) {
      invalid({ name: `alias '${name}' already exists` });
    }
    aliases.set(name.toLowerCase(), newAlias(call, name));
  };
}

function updateAlias(find: FindConfig): Handler {
  return (call) => {
    const config = find(call);
    assertUnmodified(contentDigest(sortedAliases(config)), call.params["digest"]);
    const name = need(call, "name");
    if (!config.aliases.has(name.toLowerCase())) {
      invalid({ name: "no such alias" });
    }
    const rename = text(call, "rename") ?? "";
    if (rename === "" || rename.toLowerCase() === name.toLowerCase()) {
      config.aliases.set(name.toLowerCase(), newAlias(call, name));
      return;
    }
    if (config.aliases.has(rename.toLowerCase())) {
      invalid({ name: `alias '${rename}' already exists` });
    }
    config.aliases.delete(name.toLowerCase());
    config.aliases.set(rename.toLowerCase(), newAlias(call, rename));
  };
}

/** Deleting an alias that is not there is fine with PVE. */
function deleteAlias(find: FindConfig): Handler {
  return (call) => {
    const config = find(call);
    assertUnmodified(contentDigest(sortedAliases(config)), call.params["digest"]);
    config.aliases.delete(need(call, "name").toLowerCase());
  };
}

/** Aliases below a path. */
export function aliasHandlers(path: string, find: FindConfig): Handlers {
  return {
    [`GET ${path}`]: (call) => {
      const items = sortedAliases(find(call));
      const digest = contentDigest(items);
      return items.map((item) => ({ ...item, digest }));
    },
    [`POST ${path}`]: createAlias(find),
    [`GET ${path}/{name}`]: (call) =>
      find(call).aliases.get(need(call, "name").toLowerCase()) ?? invalid({ name: "no such alias" }),
    [`PUT ${path}/{name}`]: updateAlias(find),
    [`DELETE ${path}/{name}`]: deleteAlias(find),
  };
}

interface SetItem {
  readonly name: string;
  readonly comment?: string;
}

function listSets({ ipsets }: FirewallConfig): SetItem[] {
  return [...ipsets.keys()].sort().map((name) => {
    const comment = ipsets.get(name)?.comment;
    return { name, ...(comment === undefined ? {} : { comment }) };
  });
}

/** Creates a set; with `rename` it gives an existing one another name or comment. */
function createSet(find: FindConfig): Handler {
  return (call) => {
    const config = find(call);
    const { ipsets } = config;
    const name = need(call, "name");
    const rename = text(call, "rename");
    if (rename === undefined) {
      if (ipsets.has(name)) {
        invalid({ name: `IPSet '${name}' already exists` });
      }
      ipsets.set(name, { entries: [], ...commentOf(call) });
      return;
    }
    assertUnmodified(contentDigest(listSets(config)), call.params["digest"]);
    const set = ipsets.get(rename) ?? invalid({ name: `IPSet '${rename}' does not exist` });
    if (ipsets.has(name) && name !== rename) {
      invalid({ name: `IPSet '${name}' does already exist` });
    }
    ipsets.delete(rename);
    ipsets.set(name, { ...set, ...commentOf(call) });
  };
}

function setNamed(find: FindConfig, call: Call): FirewallSet {
  const name = need(call, "name");
  return find(call).ipsets.get(name) ?? die(`no such IPSet '${name}'`);
}

function deleteSet(find: FindConfig): Handler {
  return (call) => {
    const set = setNamed(find, call);
    if (set.entries.length > 0 && !flag(call, "force")) {
      die(`IPSet '${need(call, "name")}' is not empty`);
    }
    find(call).ipsets.delete(need(call, "name"));
  };
}

function sortedEntries(set: FirewallSet): FirewallEntry[] {
  return [...set.entries].sort((a, b) => (a.cidr < b.cidr ? -1 : 1));
}

function addEntry(find: FindConfig, cluster: FindConfig): Handler {
  return (call) => {
    const set = setNamed(find, call);
    const cidr = entryAddress(call, find, cluster);
    if (set.entries.some((entry) => entry.cidr === cidr)) {
      invalid({ cidr: `address '${cidr}' already exists` });
    }
    if (/\/0+$/.test(cidr)) {
      invalid({ cidr: "a zero prefix is not allowed in ipset entries" });
    }
    const nomatch = flag(call, "nomatch") ? { nomatch: 1 as const } : {};
    set.entries = [{ cidr, ...nomatch, ...commentOf(call) }, ...set.entries];
  };
}

/** A network in its clean form, or the name of an alias that exists. */
function entryAddress(call: Call, find: FindConfig, cluster: FindConfig): string {
  const cidr = need(call, "cidr");
  const [, scope, name] = /^(dc\/|guest\/)?([A-Za-z][A-Za-z0-9\-_]+)$/.exec(cidr) ?? [];
  if (name === undefined) {
    return cleanCidr(cidr);
  }
  const key = name.toLowerCase();
  const own = scope !== "dc/" && find(call).aliases.has(key);
  return own || (scope !== "guest/" && cluster(call).aliases.has(key)) ? cidr : die(`no such alias '${name}'`);
}

function readEntry(find: FindConfig): Handler {
  return (call) => {
    const set = setNamed(find, call);
    const entry = set.entries.find(({ cidr }) => cidr === need(call, "cidr"));
    return entry === undefined
      ? invalid({ cidr: "no such IP/Network" })
      : { ...entry, digest: contentDigest(sortedEntries(set)) };
  };
}

function updateEntry(find: FindConfig): Handler {
  return (call) => {
    const set = setNamed(find, call);
    assertUnmodified(contentDigest(sortedEntries(set)), call.params["digest"]);
    const at = set.entries.findIndex(({ cidr }) => cidr === need(call, "cidr"));
    if (at < 0) {
      invalid({ cidr: "no such IP/Network" });
    }
    const nomatch = flag(call, "nomatch") ? { nomatch: 1 as const } : {};
    set.entries = set.entries.with(at, { cidr: need(call, "cidr"), ...nomatch, ...commentOf(call) });
  };
}

function deleteEntry(find: FindConfig): Handler {
  return (call) => {
    const set = setNamed(find, call);
    assertUnmodified(contentDigest(sortedEntries(set)), call.params["digest"]);
    set.entries = set.entries.filter(({ cidr }) => cidr !== need(call, "cidr"));
  };
}

/** IP sets below a path; `cluster` is where aliases of the datacenter are found. */
export function setHandlers(path: string, find: FindConfig, cluster: FindConfig): Handlers {
  return {
    [`GET ${path}`]: (call) => {
      const items = listSets(find(call));
      const digest = contentDigest(items);
      return items.map((item) => ({ ...item, digest }));
    },
    [`POST ${path}`]: createSet(find),
    [`GET ${path}/{name}`]: (call) => {
      const entries = sortedEntries(setNamed(find, call));
      const digest = contentDigest(entries);
      return entries.map((entry) => ({ ...entry, digest }));
    },
    [`POST ${path}/{name}`]: addEntry(find, cluster),
    [`DELETE ${path}/{name}`]: deleteSet(find),
    [`GET ${path}/{name}/{cidr}`]: readEntry(find),
    [`PUT ${path}/{name}/{cidr}`]: updateEntry(find),
    [`DELETE ${path}/{name}/{cidr}`]: deleteEntry(find),
  };
}
