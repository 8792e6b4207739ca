import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { assertUnmodified, contentDigest } from "../section-config.js";
import type { FirewallGroup, FirewallRule, FirewallState } from "../world-firewall.js";
import { ruleHandlers } from "./firewall-rules.js";
import { need, text } from "./guest-call.js";

function listGroups({ groups }: FirewallState): { readonly group: string; readonly comment?: string }[] {
  return [...groups.keys()].sort().map((group) => {
    const comment = groups.get(group)?.comment;
    return { group, ...(comment === undefined ? {} : { comment }) };
  });
}

function groupNamed(call: Call): FirewallGroup {
  const name = need(call, "group");
  return call.world.firewall.groups.get(name) ?? die(`no such security group '${name}'`);
}

/** Creates a group; with `rename` it gives an existing one another name or comment, and every rule that uses it. */
const create: Handler = (call) => {
  const { firewall } = call.world;
  const { groups } = firewall;
  const name = need(call, "group");
  const comment = text(call, "comment");
  const said = comment === undefined ? {} : { comment };
  const rename = text(call, "rename");
  if (rename === undefined) {
    if (groups.has(name)) {
      invalid({ group: `Security group '${name}' already exists` });
    }
    groups.set(name, { rules: [], ...said });
    return;
  }
  assertUnmodified(contentDigest(listGroups(firewall)), call.params["digest"]);
  const group = groups.get(rename) ?? invalid({ group: `Security group '${rename}' does not exist` });
  if (groups.has(name) && name !== rename) {
    invalid({ group: `Security group '${name}' does already exist` });
  }
  groups.delete(rename);
  groups.set(name, { ...group, ...said });
  for (const config of [firewall.cluster, ...firewall.nodes.values(), ...firewall.guests.values()]) {
    config.rules = config.rules.map((rule) => renamed(rule, rename, name));
  }
};

function renamed(rule: FirewallRule, from: string, to: string): FirewallRule {
  return rule["type"] === "group" && rule["action"] === from ? { ...rule, action: to } : rule;
}

const remove: Handler = (call) => {
  const name = need(call, "group");
  if (groupNamed(call).rules.length > 0) {
    die(`Security group '${name}' is not empty`);
  }
  call.world.firewall.groups.delete(name);
};

const path = "/cluster/firewall/groups";

/** Security groups and the rules in them. */
export const firewallGroupHandlers: Handlers = {
  [`GET ${path}`]: (call) => {
    const items = listGroups(call.world.firewall);
    const digest = contentDigest(items);
    return items.map((item) => ({ ...item, digest }));
  },
  [`POST ${path}`]: create,
  ...ruleHandlers(`${path}/{group}`, {
    holder: groupNamed,
    context: (call) => ({ env: "group", cluster: call.world.firewall.cluster }),
  }),
  [`DELETE ${path}/{group}`]: remove,
};
