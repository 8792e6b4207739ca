import { ToolArgumentError, ToolNotFoundError } from "../errors.js";
import { type Answer, type Invocation, numberOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { EMPTY, notesSchema, plain, type Row } from "../window.js";
import { compareConfigs } from "./config-changes.js";
import { type RuleScope, readScope } from "./firewall-scope.js";
import { isOn, readSwitches } from "./firewall-switches.js";

const text: JsonSchema = { type: "string" };

/** A firewall rule. */
export const ruleSchema: JsonSchema = openObject({
  pos: { type: "integer", description: "Place in the list: the first rule that fits decides." },
  enable: { type: "boolean" },
  type: { ...text, description: "in, out, forward, or group for a security group." },
  action: { ...text, description: "ACCEPT, DROP, REJECT, or the group's name." },
  source: text,
  dest: text,
  proto: text,
  dport: text,
  comment: text,
});

/** The rules of one place. */
export const firewallRulesOutput = openObject(
  {
    scope: text,
    options: { type: "object", description: "Switch (enable) and policies of the place, as far as they are set." },
    items: listOf(ruleSchema),
    count: { type: "integer" },
    notes: notesSchema,
  },
  ["scope", "items", "count"],
);

/** What a change of the rules answers. */
export const ruleChangeOutput = openObject(
  {
    done: { type: "boolean" },
    scope: text,
    rule: ruleSchema,
    count: { type: "integer", description: "Rules in the list now." },
    notes: notesSchema,
  },
  ["done", "scope", "rule", "count"],
);

/** The rules of the cluster, a node, a guest or a security group, and whether they are in force at all. */
export async function firewallRules(call: Invocation): Promise<Answer> {
  const scope = await readScope(call);
  const [rules, switches] = await Promise.all([readRules(call, scope), readSwitches(call, scope)]);
  const set = switches.options;
  const notes = [...switches.notes, ...(rules.length === 0 ? [EMPTY] : [])];
  return {
    scope: scope.name,
    ...(set !== undefined && { options: plain(set) }),
    items: rules.map(showRule),
    count: rules.length,
    ...(notes.length > 0 && { notes }),
  };
}

/** Adds a rule. PVE puts new ones first, so for another place it is moved there afterwards. */
export async function createRule(call: Invocation): Promise<Answer> {
  const scope = await readScope(call);
  const wanted = numberOf(call.args, "pos") ?? 0;
  const { pos: _pos, enable, ...params } = call.params;
  const on = enable === undefined ? {} : { enable: isOn(enable) ? 1 : 0 };
  await callOperation(call, scope.add, { ...params, ...on, ...scope.path });
  const added = await readRules(call, scope);
  const pos = Math.min(wanted, added.length - 1);
  if (pos > 0) {
    const digest = added[0]?.["digest"];
    await callOperation(call, scope.move, { ...scope.path, pos: 0, moveto: pos + 1, digest });
  }
  const rules = pos > 0 ? await readRules(call, scope) : added;
  const rule = rules[pos];
  const notes = isOn(rule?.["enable"])
    ? (await readSwitches(call, scope)).notes
    : ["It is switched off, as PVE makes rules: give enable true to have it in force."];
  return {
    done: true,
    scope: scope.name,
    rule: showRule(rule ?? {}),
    count: rules.length,
    ...(notes.length > 0 && { notes }),
  };
}

/** What changing a rule answers. */
export const updateRuleOutput = openObject(
  {
    done: { type: "boolean" },
    scope: text,
    changes: listOf(openObject({ key: text, before: {}, after: {} }, ["key"])),
    rule: ruleSchema,
    notes: notesSchema,
  },
  ["done", "scope", "rule"],
);

/** Changes or moves the rule at a position, guarded against a list that changes meanwhile. */
export async function updateRule(call: Invocation): Promise<Answer> {
  const scope = await readScope(call);
  const before = await ruleAt(call, scope);
  const { pos, moveto, digest = before["digest"], enable, ...settings } = call.params;
  const change = { ...settings, ...(enable !== undefined && { enable: isOn(enable) ? 1 : 0 }) };
  if (Object.keys(change).length === 0 && moveto === undefined) {
    throw new ToolArgumentError({ position: "nothing to change is named" });
  }
  if (Object.keys(change).length > 0) await callOperation(call, scope.move, { ...scope.path, pos, digest, ...change });
  const target = moveto === undefined ? Number(pos) : await moveRule(call, scope, Number(pos), Number(moveto));
  const after = (await readRules(call, scope)).find((row) => row["pos"] === target) ?? {};
  const changes = compareConfigs(withoutPlace(before), withoutPlace(after), new Set());
  return { done: true, scope: scope.name, changes: changes.map((one) => ({ ...one })), rule: showRule(after) };
}

/** PVE ignores everything else in a call that moves a rule, so moving is one of its own. */
async function moveRule(call: Invocation, scope: RuleScope, pos: number, wanted: number): Promise<number> {
  const rules = await readRules(call, scope);
  const target = Math.min(wanted, rules.length - 1);
  const digest = rules[0]?.["digest"];
  // It is put before the rule that is at `moveto` now.
  const moveto = target > pos ? target + 1 : target;
  if (target !== pos) await callOperation(call, scope.move, { ...scope.path, pos, moveto, digest });
  return target;
}

function withoutPlace({ pos: _pos, digest: _digest, ipversion: _version, ...rule }: Row): Row {
  return { ...rule, enable: isOn(rule["enable"]) };
}

/** Removes the rule at a position, guarded against a list that changes meanwhile, and shows which it was. */
export async function deleteRule(call: Invocation): Promise<Answer> {
  const scope = await readScope(call);
  const rule = await ruleAt(call, scope);
  const pos = Number(call.params["pos"]);
  const rules = await readRules(call, scope);
  const digest = call.params["digest"] ?? rule["digest"];
  await callOperation(call, scope.drop, { ...scope.path, pos, digest });
  const notes = pos < rules.length - 1 ? ["The rules behind it moved up by one."] : [];
  return {
    done: true,
    scope: scope.name,
    rule: showRule(rule),
    count: rules.length - 1,
    ...(notes.length > 0 && { notes }),
  };
}

/** The rule at the position that was given. Throws `ToolNotFoundError` when there is none. */
async function ruleAt(call: Invocation, scope: RuleScope): Promise<Row> {
  const pos = Number(call.params["pos"]);
  const rules = await readRules(call, scope);
  const rule = rules.find((row) => row["pos"] === pos);
  if (rule !== undefined) return rule;
  throw new ToolNotFoundError(
    `there is no rule at position ${pos} of ${scope.name}`,
    rules.length === 0
      ? "It has no rules."
      : `Its rules are at 0 to ${rules.length - 1}: get_firewall_rules shows them.`,
  );
}

/** The rules of a place in their order. */
export async function readRules(call: Invocation, scope: RuleScope): Promise<readonly Row[]> {
  const rows = await callOperation(call, scope.list, scope.path);
  return (Array.isArray(rows) ? rows.filter(isRecord) : []).sort((a, b) => Number(a["pos"]) - Number(b["pos"]));
}

/** A rule without what only programs need. */
export function showRule(row: Row): Json {
  const { digest: _digest, ipversion: _version, ...rule } = row;
  return plain({ ...rule, enable: isOn(rule["enable"]) });
}
