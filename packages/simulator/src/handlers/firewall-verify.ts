import type { FirewallConfig, FirewallRule } from "../world-firewall.js";
import { listVersion } from "./firewall-address.js";
import { macroConflict, macroNamed } from "./firewall-macros.js";

/** Where a rule stands. */
export type RuleEnvironment = "cluster" | "group" | "host" | "vm" | "ct" | "vnet";

/** What a rule may refer to: the cluster's sets and aliases and, in a guest, its own. */
export interface RuleContext {
  readonly env: RuleEnvironment;
  readonly cluster: FirewallConfig;
  readonly own?: FirewallConfig;
}

/** The first thing that is wrong with a rule. */
export interface RuleProblem {
  readonly key: string;
  readonly text: string;
}

const allowedTypes: Readonly<Record<RuleEnvironment, readonly string[]>> = {
  ct: ["in", "out", "group"],
  vm: ["in", "out", "group"],
  group: ["in", "out", "forward"],
  cluster: ["in", "out", "forward", "group"],
  host: ["in", "out", "forward", "group"],
  vnet: ["forward", "group"],
};

const withPorts = new Set("udp 17 udplite 136 tcp 6 dccp 33 sctp 132".split(" "));
const icmp = new Set(["icmp", "icmpv6", "ipv6-icmp"]);

const icmpTypes = new Set(
  (
    "any echo-reply destination-unreachable network-unreachable host-unreachable protocol-unreachable port-unreachable " +
    "fragmentation-needed source-route-failed network-unknown host-unknown network-prohibited host-prohibited " +
    "TOS-network-unreachable TOS-host-unreachable communication-prohibited host-precedence-violation precedence-cutoff " +
    "source-quench redirect network-redirect host-redirect TOS-network-redirect TOS-host-redirect echo-request " +
    "router-advertisement router-solicitation time-exceeded ttl-zero-during-transit ttl-zero-during-reassembly " +
    "parameter-problem ip-header-bad required-option-missing timestamp-request timestamp-reply address-mask-request " +
    "address-mask-reply"
  ).split(" "),
);

const icmp6Types = new Set(
  (
    "destination-unreachable no-route communication-prohibited beyond-scope address-unreachable port-unreachable " +
    "failed-policy reject-route packet-too-big time-exceeded ttl-zero-during-transit ttl-zero-during-reassembly " +
    "parameter-problem bad-header unknown-header-type unknown-option echo-request echo-reply router-solicitation " +
    "router-advertisement neighbor-solicitation neighbour-solicitation neighbor-advertisement neighbour-advertisement " +
    "redirect"
  ).split(" "),
);

/** Everything that is wrong with a rule, in PVE's order; writes the macro's proper name and the IP version into it. */
export function ruleProblems(rule: FirewallRule, context: RuleContext): RuleProblem[] {
  const problems = [...typeProblems(rule, context.env), ...interfaceProblems(rule, context.env)];
  if (rule["macro"] !== undefined) {
    const name = macroNamed(String(rule["macro"]));
    if (name === undefined) {
      problems.push({ key: "macro", text: `unknown macro '${rule["macro"]}'` });
    } else {
      rule["macro"] = name;
    }
  }
  problems.push(...portProblems(rule), ...addressProblems(rule, context));
  if (problems.length === 0 && rule["macro"] !== undefined) {
    const version = rule["ipversion"] as 4 | 6 | undefined;
    const conflict = macroConflict(String(rule["macro"]), rule, version);
    if (conflict !== undefined) {
      const text = `parameter '${conflict.key}' already define in macro (value = '${conflict.value}')`;
      problems.push({ key: conflict.key, text });
    }
  }
  return problems;
}

function* typeProblems(rule: FirewallRule, env: RuleEnvironment): Iterable<RuleProblem> {
  const { type, action } = rule;
  if (!allowedTypes[env].includes(String(type))) {
    yield { key: "type", text: `invalid rule type '${type}' for rule_env '${env}'` };
  }
  if (type === "group") {
    if (env === "group") {
      yield { key: "type", text: "security groups not allowed" };
    }
    if (!/^[A-Za-z][A-Za-z0-9\-_]+$/.test(String(action))) {
      yield { key: "action", text: "invalid characters in security group name" };
    }
    return;
  }
  if (type === "forward" && action === "REJECT") {
    yield { key: "action", text: "cannot define REJECT rules on forward chain" };
  }
  if (!/^(?:ACCEPT|DROP|REJECT)$/.test(String(action))) {
    yield { key: "action", text: `unknown action '${action}'` };
  }
}

function* interfaceProblems({ iface }: FirewallRule, env: RuleEnvironment): Iterable<RuleProblem> {
  if (iface === undefined) {
    return;
  }
  if (env === "group" || env === "vnet") {
    yield { key: "type", text: "parameter -i not allowed for this rule type" };
  }
  if ((env === "vm" || env === "ct") && !/^net\d+$/.test(String(iface))) {
    yield { key: "iface", text: "value does not match the regex pattern 'net\\d+'" };
  }
}

function* portProblems(rule: FirewallRule): Iterable<RuleProblem> {
  const { proto, dport, sport } = rule;
  const isIcmp = icmp.has(String(proto));
  if (dport !== undefined) {
    yield* portProblem("dport", proto, isIcmp);
  }
  if (rule["icmp-type"] !== undefined) {
    yield* icmpProblems(rule, isIcmp);
  }
  if (sport !== undefined) {
    yield* portProblem("sport", proto, false);
  }
}

function* portProblem(key: string, proto: FirewallRule[string] | undefined, isIcmp: boolean): Iterable<RuleProblem> {
  if (proto === undefined) {
    yield { key: "proto", text: `missing property - '${key}' requires this property` };
  } else if (!withPorts.has(String(proto)) && !isIcmp) {
    yield { key, text: `protocol '${proto}' does not support ports` };
  }
}

function* icmpProblems(rule: FirewallRule, isIcmp: boolean): Iterable<RuleProblem> {
  const { proto } = rule;
  const type = String(rule["icmp-type"]);
  if (!isIcmp) {
    yield { key: "proto", text: "missing property - 'icmp-type' requires this property" };
  }
  if (rule["dport"] !== undefined) {
    yield { key: "icmp-type", text: "'icmp-type' cannot be specified together with 'dport'" };
  }
  if (isIcmp && !(proto === "icmp" ? icmpTypes : icmp6Types).has(type)) {
    yield { key: "icmp-type", text: `invalid icmp-type '${type}' for proto '${proto}'` };
  }
}

function addressProblems(rule: FirewallRule, context: RuleContext): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const versions = new Set<number>(rule["proto"] === "icmp" ? [4] : icmp.has(String(rule["proto"])) ? [6] : []);
  for (const key of ["source", "dest"]) {
    const value = rule[key];
    if (value === undefined) {
      continue;
    }
    const found = lookUp(String(value), context);
    if (typeof found === "string") {
      problems.push({ key, text: found });
    } else if (found !== undefined) {
      versions.add(found);
      if (versions.size > 1) {
        problems.push({ key, text: "detected mixed ipv4/ipv6 addresses in rule" });
      }
    }
  }
  delete rule["ipversion"];
  const [version] = versions;
  if (version !== undefined) {
    rule["ipversion"] = version;
  }
  return problems;
}

/** The IP version of an address or alias, nothing for a set, or what is wrong. */
function lookUp(value: string, { cluster, own }: RuleContext): 4 | 6 | string | undefined {
  if (value.startsWith("+")) {
    const name = /^\+(?:guest\/|dc\/|sdn\/)?([A-Za-z][A-Za-z0-9\-_]+)$/.exec(value)?.[1];
    if (name === undefined) {
      return `invalid ipset name '${value}'`;
    }
    return cluster.ipsets.has(name) || own?.ipsets.has(name) ? undefined : `no such ipset '${name}'`;
  }
  const [, scope, name] = /^(guest\/|dc\/)?([A-Za-z][A-Za-z0-9\-_]+)$/.exec(value) ?? [];
  if (name === undefined) {
    return listVersion(value);
  }
  const key = name.toLowerCase();
  const guest = own?.aliases.get(key);
  const datacenter = cluster.aliases.get(key);
  if (guest === undefined && datacenter === undefined) {
    return `no such alias '${value}'`;
  }
  return (scope === "dc/" ? undefined : guest)?.ipversion ?? (scope === "guest/" ? undefined : datacenter)?.ipversion;
}
