import { ToolArgumentError, ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation, textOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { listOf, openObject } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { compareConfigs, planChanges } from "./config-changes.js";
import { isSecret, readConfig, readPending } from "./guest-config.js";
import { namesIn } from "./names-in.js";

/** What an update answers: every setting that changed, before and after. */
export const updateConfigOutput = taskSchemaWith({
  changes: listOf(
    openObject(
      {
        key: { type: "string", description: "A setting, or a part of one such as net0.tag." },
        before: { description: "Absent when it was not set." },
        after: { description: "Absent when it is no longer set." },
        pending: { type: "boolean", description: "In force only after the guest was stopped and started." },
      },
      ["key"],
    ),
  ),
});

/**
 * Changes settings of a guest against the configuration it was read from: PVE refuses when somebody else wrote in
 * between. Says what changed, and what of it waits for a restart.
 */
export async function updateConfig(call: Invocation): Promise<Answer> {
  const before = await readConfig(call);
  const { delete: removed, digest: _digest, ...params } = call.params;
  const plan = planChanges(call.options, before, namesIn(removed));
  if (Object.keys(plan.set).length + plan.remove.length === 0 && params["revert"] === undefined) {
    throw new ToolArgumentError(
      { config: "names no setting" },
      'For example {"memory": 4096}, or null to take a setting away.',
    );
  }
  const destroyed = plan.remove.filter((key) => /^unused\d+$/.test(key));
  if (destroyed.length > 0) {
    throw new ToolPreconditionError(
      `taking ${destroyed.join(", ")} away would destroy what is on it`,
      "Updates keep every volume: delete_unused_disk destroys one.",
    );
  }
  const digest = textOf(call.params, "digest") ?? before["digest"];
  const remove = plan.remove.length > 0 ? { delete: plan.remove } : {};
  const result = await callOperation(call, call.tool.entry.operation, { ...params, ...plan.set, ...remove, digest });
  const done = isTask(result) ? await awaitTask(call, result) : { task: "finished" };
  return done["task"] === "running"
    ? { ...done, ...guestOf(call) }
    : describeChange(call, done, before, Object.keys(plan.set));
}

async function describeChange(
  call: Invocation,
  done: Answer,
  before: Readonly<Record<string, unknown>>,
  set: readonly string[],
): Promise<Answer> {
  const [after, waiting] = await Promise.all([readConfig(call), readPending(call)]);
  const changes = compareConfigs(before, after, new Set(waiting.map((row) => row.key)));
  const secrets = set.filter(isSecret);
  const notes = [
    ...(changes.length === 0 && secrets.length === 0 ? ["Nothing changed: the configuration said so already."] : []),
    ...(secrets.length > 0 ? [`Set, and not shown: ${secrets.join(", ")}.`] : []),
    ...(changes.some((change) => change.pending)
      ? ["What is pending is in force after the guest was stopped and started, or rebooted through PVE."]
      : []),
  ];
  return withMore(done, { ...guestOf(call), changes: changes.map((change) => ({ ...change })) }, notes);
}
