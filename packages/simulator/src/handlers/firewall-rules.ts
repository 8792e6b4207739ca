import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { assertUnmodified, contentDigest } from "../section-config.js";
import type { FirewallRule } from "../world-firewall.js";
import { type RuleContext, ruleProblems } from "./firewall-verify.js";
import { list, number, text } from "./guest-call.js";

/** Whatever holds a list of rules. */
export interface RuleHolder {
  rules: FirewallRule[];
}

/** A place where rules stand: how to find its list, and what its rules may refer to. */
export interface RuleScope {
  readonly holder: (call: Call) => RuleHolder;
  readonly context: (call: Call) => RuleContext;
  /** Nothing has ever been written there: PVE then stumbles over the missing list. */
  readonly isFresh?: (call: Call) => boolean;
}

const ruleKeys = [
  "type",
  "action",
  "macro",
  "iface",
  "source",
  "dest",
  "proto",
  "sport",
  "dport",
  "icmp-type",
  "enable",
  "log",
  "comment",
] as const;

function digest(rules: readonly FirewallRule[]): string {
  return contentDigest(rules);
}

/** Rules as they are shown: with what has become wrong since they were written. */
function shownRules(call: Call, { holder, context }: RuleScope): Record<string, unknown>[] {
  const { rules } = holder(call);
  const current = digest(rules);
  const where = context(call);
  return rules.map((rule, pos) => {
    const copy = { ...rule };
    const problems = ruleProblems(copy, where);
    const errors = problems.length === 0 ? {} : { errors: Object.fromEntries(problems.map((p) => [p.key, p.text])) };
    return { ...copy, pos, digest: current, ...errors };
  });
}

function position(call: Call, rules: readonly unknown[]): number {
  const pos = number(call, "pos") ?? 0;
  return pos < rules.length ? pos : die(`no rule at position ${pos}`);
}

/** Takes over what the call says about a rule; an empty text or a dash clears a property. */
function copyInto(rule: FirewallRule, call: Call): void {
  for (const key of ruleKeys) {
    const value = call.params[key];
    if (value === "" || value === "-") {
      delete rule[key];
    } else if (value !== undefined && typeof value !== "object") {
      rule[key] = value;
    }
  }
}

function assertValid(rule: FirewallRule, context: RuleContext): void {
  const [problem] = ruleProblems(rule, context);
  if (problem !== undefined) {
    invalid({ [problem.key]: problem.text });
  }
}

/** New rules always go to the top, whatever `pos` says. */
function create({ holder, context }: RuleScope): Handler {
  return (call) => {
    const list = holder(call);
    const rule: FirewallRule = {};
    copyInto(rule, call);
    assertValid(rule, context(call));
    rule["enable"] ??= 0;
    list.rules = [rule, ...list.rules];
  };
}

function read(scope: RuleScope): Handler {
  return (call) => {
    const rules = shownRules(call, scope);
    const pos = position(call, rules);
    return { ...rules[pos], pos: String(pos) };
  };
}

function assertList({ isFresh }: RuleScope, call: Call, line: number): void {
  if (isFresh?.(call)) {
    die(
      `Can't use an undefined value as an ARRAY reference at /usr/share/perl5/PVE/API2/Firewall/Rules.pm line ${line}.`,
    );
  }
}

/** Either moves a rule, ignoring everything else, or changes it. */
function update(scope: RuleScope): Handler {
  return (call) => {
    const holder = scope.holder(call);
    const { rules } = holder;
    assertUnmodified(digest(rules), call.params["digest"]);
    assertList(scope, call, 373);
    const pos = position(call, rules);
    const moveTo = number(call, "moveto");
    const before = rules[pos] ?? {};
    if (moveTo !== undefined && moveTo !== pos) {
      const target = moveTo > pos ? moveTo - 1 : moveTo;
      const rest = rules.filter((_, index) => index !== pos);
      holder.rules = [...rest.slice(0, target), before, ...rest.slice(target)];
      return;
    }
    const rule = { ...before };
    copyInto(rule, call);
    removeProperties(rule, list(call, "delete"));
    assertValid(rule, scope.context(call));
    holder.rules = rules.with(pos, rule);
  };
}

function removeProperties(rule: FirewallRule, names: readonly string[]): void {
  for (const name of names) {
    if (![...ruleKeys, "pos", "digest"].includes(name)) {
      invalid({ delete: `no such property ('${name}')` });
    }
    if (name === "type" || name === "action") {
      invalid({ delete: `unable to delete required property '${name}'` });
    }
    delete rule[name];
  }
}

function remove(scope: RuleScope): Handler {
  return (call) => {
    const holder = scope.holder(call);
    assertUnmodified(digest(holder.rules), text(call, "digest"));
    assertList(scope, call, 462);
    const pos = position(call, holder.rules);
    holder.rules = holder.rules.filter((_, index) => index !== pos);
  };
}

/** The five operations on a list of rules below one path. */
export function ruleHandlers(path: string, scope: RuleScope): Handlers {
  return {
    [`GET ${path}`]: (call) => shownRules(call, scope),
    [`POST ${path}`]: create(scope),
    [`GET ${path}/{pos}`]: read(scope),
    [`PUT ${path}/{pos}`]: update(scope),
    [`DELETE ${path}/{pos}`]: remove(scope),
  };
}
