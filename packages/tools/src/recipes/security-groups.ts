import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { EMPTY, notesSchema } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { ruleSchema, showRule } from "./firewall-rules.js";

const text: JsonSchema = { type: "string" };

/** Security groups with their rules. */
export const securityGroupsOutput = openObject(
  {
    items: listOf(openObject({ group: text, comment: text, rules: listOf(ruleSchema) }, ["group"])),
    count: { type: "integer" },
    notes: notesSchema,
  },
  ["items", "count"],
);

/** What making a security group answers. */
export const createGroupOutput = openObject({ done: { type: "boolean" }, group: text, notes: notesSchema }, [
  "done",
  "group",
]);

/** Every security group with its rules. */
export async function securityGroups(call: Invocation): Promise<Answer> {
  const groups = await call.pve.call("GET /cluster/firewall/groups", {}, call.watch);
  const read = await Promise.all(
    groups.map(async ({ group, comment }) => {
      const route = "GET /cluster/firewall/groups/{group}";
      const rules = await attempt(`the rules of ${group}`, call.pve.call(route, { group }, call.watch));
      const found = foundOf(rules);
      const shown = {
        group,
        ...(comment !== undefined && { comment }),
        ...(found !== undefined && { rules: found.map((rule) => showRule({ ...rule })) }),
      };
      return { shown, missing: missingOf([rules]) };
    }),
  );
  const notes = [...(groups.length === 0 ? [EMPTY] : []), ...read.flatMap((one) => one.missing)];
  return { items: read.map((one) => one.shown), count: groups.length, ...(notes.length > 0 && { notes }) };
}

/** Makes an empty security group. */
export async function createSecurityGroup(call: Invocation): Promise<Answer> {
  await callOperation(call, "POST /cluster/firewall/groups", call.params);
  const group = String(call.params["group"]);
  return {
    done: true,
    group,
    notes: [
      `It has no rules yet: create_firewall_rule with scope group/${group} adds them. It is in force where a rule of direction group names it.`,
    ],
  };
}
