import { die, PveFailure } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import {
  assertUnmodified,
  changeSection,
  checkNewSection,
  pickSection,
  type Section,
  type SectionOptions,
  type Sections,
  sectionsDigest,
} from "../section-config.js";
import { splitList } from "../verify-list.js";
import { list, need, text } from "./guest-call.js";
import { underLock } from "./locked.js";

const options: Readonly<Record<string, SectionOptions>> = {
  "node-affinity": {
    resources: "required",
    nodes: "required",
    strict: "optional",
    disable: "optional",
    comment: "optional",
  },
  "resource-affinity": { resources: "required", affinity: "required", disable: "optional", comment: "optional" },
};

/** Rule name to what is wrong with its resources. */
type Problems = ReadonlyMap<string, readonly string[]>;

function resourcesOf(rule: Section): string[] {
  return splitList(String(rule["resources"])).toSorted();
}

/** What keeps rules from having an effect; disabled ones do not count. */
function findProblems(call: Call, rules: Sections): Problems {
  const problems = new Map<string, string[]>();
  const blame = (name: string, text: string): void => {
    problems.set(name, [...(problems.get(name) ?? []), text]);
  };
  const active = [...rules].filter(([, rule]) => rule["disable"] !== 1);
  const seen = new Map<string, string>();
  for (const [name, rule] of active) {
    const resources = resourcesOf(rule);
    if (rule["type"] === "node-affinity") {
      for (const sid of resources) {
        const other = seen.get(sid);
        if (other !== undefined) {
          const text = `resource '${sid}' is already used in another node affinity rule`;
          blame(name, text);
          blame(other, text);
        }
        seen.set(sid, name);
      }
      continue;
    }
    if (resources.length < 2) {
      blame(name, "rule is ineffective as there are less than two resources");
    }
    if (rule["affinity"] === "negative" && resources.length > call.world.nodes.size) {
      blame(name, "rule defines more resources than available nodes");
    }
  }
  for (const [first, second] of contradictions(active)) {
    blame(first, "rule shares two or more resources with a positive resource affinity rule");
    blame(second, "rule shares two or more resources with a negative resource affinity rule");
  }
  return problems;
}

/** Pairs of a negative and a positive rule that have two resources in common. */
function contradictions(active: readonly (readonly [string, Section])[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [negative, apart] of active.filter(([, rule]) => rule["affinity"] === "negative")) {
    for (const [positive, together] of active.filter(([, rule]) => rule["affinity"] === "positive")) {
      const shared = resourcesOf(together).filter((sid) => resourcesOf(apart).includes(sid));
      if (shared.length > 1) {
        pairs.push([negative, positive]);
      }
    }
  }
  return pairs;
}

function shown(call: Call, name: string, rule: Section, order: number, problems: Problems): Record<string, unknown> {
  const found = problems.get(name);
  return {
    ...rule,
    rule: name,
    resources: resourcesOf(rule).join(","),
    order,
    digest: sectionsDigest(call.world.ha.rules),
    ...(found === undefined ? {} : { errors: { resources: found } }),
  };
}

function shownRules(call: Call): Record<string, unknown>[] {
  const { rules } = call.world.ha;
  const problems = findProblems(call, rules);
  return [...rules].map(([name, rule], index) => shown(call, name, rule, index + 1, problems));
}

const listRules: Handler = (call) => {
  const type = text(call, "type");
  const resource = text(call, "resource");
  return shownRules(call)
    .filter((rule) => type === undefined || rule["type"] === type)
    .filter((rule) => resource === undefined || String(rule["resources"]).split(",").includes(resource));
};

function assertExisting(call: Call, given: Section): void {
  const resources = given["resources"] === undefined ? [] : resourcesOf(given);
  const unknown = resources.filter((sid) => !call.world.ha.resources.has(sid));
  if (unknown.length > 0) {
    die(`cannot use unmanaged resource(s) ${unknown.join(", ")}.`);
  }
  const nodes = splitList(String(given["nodes"] ?? "")).map((entry) => entry.split(":")[0] ?? "");
  const missing = nodes.filter((node) => !call.world.nodes.has(node)).toSorted();
  if (missing.length > 0) {
    die(`cannot use non-existent node(s) ${missing.join(", ")}.`);
  }
}

function assertFeasible(call: Call, rules: Sections, name: string): void {
  const found = findProblems(call, rules).get(name);
  if (found !== undefined) {
    throw new PveFailure(400, `Rule '${name}' is invalid.`, { resources: found.join(", ") });
  }
}

function given(call: Call): Section {
  const section = pickSection(call.params, ["rule", "digest", "delete"]);
  if (section["disable"] === 0) {
    delete section["disable"];
  }
  if (section["nodes"] !== undefined) {
    section["nodes"] = splitList(String(section["nodes"])).toSorted().join(",");
  }
  return section;
}

/** A new rule gets the number after the lowest one; where two rules have the same, the name decides. */
function withRule(rules: Sections, name: string, rule: Section): [string, Section][] {
  const all = [...rules];
  const second = all[1];
  const at = second === undefined || name < second[0] ? 1 : 2;
  return [...all.slice(0, at), [name, rule], ...all.slice(at)];
}

const create: Handler = (call) => {
  const { rules } = call.world.ha;
  const name = need(call, "rule");
  const rule = given(call);
  const { type, ...rest } = rule;
  checkNewSection(rest, options[String(type)] ?? {});
  underLock("create ha rule failed", () => {
    if (rules.has(name)) {
      die(`HA rule '${name}' already defined`);
    }
    assertExisting(call, rule);
    const after = withRule(rules, name, rule);
    assertFeasible(call, new Map(after), name);
    rules.clear();
    for (const [key, value] of after) {
      rules.set(key, value);
    }
  });
};

const update: Handler = (call) => {
  const { rules } = call.world.ha;
  const name = need(call, "rule");
  underLock("update HA rules failed", () => {
    assertUnmodified(sectionsDigest(rules), call.params["digest"]);
    const before = rules.get(name) ?? die(`HA rule '${name}' does not exist`);
    const { type, ...change } = given(call);
    if (type !== before["type"]) {
      die("unexpected property 'type'");
    }
    assertExisting(call, change);
    const rule = { ...before };
    changeSection(rule, change, list(call, "delete"), options[String(type)] ?? {});
    assertFeasible(call, new Map([...rules, [name, rule]]), name);
    rules.set(name, rule);
  });
};

/** Where resources run and with whom. */
export const haRuleHandlers: Handlers = {
  "GET /cluster/ha/rules": listRules,
  "POST /cluster/ha/rules": create,
  "GET /cluster/ha/rules/{rule}": (call) => {
    const name = need(call, "rule");
    return shownRules(call).find((rule) => rule["rule"] === name) ?? die(`no such ha rule '${name}'`);
  },
  "PUT /cluster/ha/rules/{rule}": update,
  "DELETE /cluster/ha/rules/{rule}": (call) => {
    call.world.ha.rules.delete(need(call, "rule"));
  },
};
