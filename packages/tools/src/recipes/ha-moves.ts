import { PveRequestError } from "@pve/client";
import { ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type JsonSchema, listOf, openObject } from "../schema.js";
import { EMPTY, notesSchema, project } from "../window.js";
import { knownNode } from "./known-node.js";

const text: JsonSchema = { type: "string" };

/** What asking HA to move a guest answers. */
export const moveHaOutput = openObject(
  {
    requested: { type: "boolean" },
    sid: text,
    target: text,
    along: listOf(text, "Guests that have to stay with it and move too."),
    notes: notesSchema,
  },
  ["requested", "sid", "target"],
);

/** The HA groups of PVE 8. */
export const haGroupsOutput = openObject(
  {
    items: listOf(openObject({ group: text, nodes: text, restricted: {}, nofailback: {}, comment: text }, ["group"])),
    count: { type: "integer" },
    notes: notesSchema,
  },
  ["items", "count"],
);

/** Asks the HA manager to move a guest. It moves nothing when a rule forbids it, which is an error here. */
export async function moveHa(call: Invocation): Promise<Answer> {
  const target = String(call.params["node"]);
  const resources = await call.pve.call("GET /cluster/ha/resources", {}, call.watch);
  const given = String(call.params["sid"]);
  const sid = resources.find((row) => row.sid === given || row.sid.endsWith(`:${given}`))?.sid;
  if (sid === undefined)
    throw new ToolNotFoundError(`HA does not look after ${given}`, "list_ha_resources shows whom.");
  const { status } = await knownNode(call, target);
  if (status !== "online")
    throw new ToolPreconditionError(`node ${target} is ${status}`, "get_nodes shows those online.");
  const result = await callOperation(call, call.tool.entry.operation, { sid, node: target });
  const { "blocking-resources": blocking, "comigrated-resources": along } = isRecord(result) ? result : {};
  if (Array.isArray(blocking) && blocking.length > 0) {
    const names = blocking.map((one) => String(isRecord(one) ? one["sid"] : one)).join(", ");
    throw new ToolPreconditionError(
      `${sid} must not run where ${names} runs, so HA moves nothing`,
      "list_ha_rules shows the rule.",
    );
  }
  return {
    requested: true,
    sid,
    target,
    ...(Array.isArray(along) && along.length > 0 && { along: along.map(String) }),
    notes: ["HA does it within seconds, and tries elsewhere when it fails: get_ha_status tells where it is."],
  };
}

/** The groups there are; since PVE 9 there are none, which is an answer and no error. */
export async function haGroups(call: Invocation): Promise<Answer> {
  try {
    const rows = await call.pve.call("GET /cluster/ha/groups", {}, call.watch);
    const items = rows.map((row) => project({ ...row }, ["group", "nodes", "restricted", "nofailback", "comment"]));
    return { items, count: items.length, ...(items.length === 0 && { notes: [EMPTY] }) };
  } catch (error) {
    if (!(error instanceof PveRequestError && error.reason.includes("migrated to rules"))) throw error;
    return { items: [], count: 0, notes: ["This release has rules in place of groups: list_ha_rules."] };
  }
}
