import type { Answer, Invocation } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { type JsonSchema, listOf } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";

const text: JsonSchema = { type: "string" };

/** What looking for updates answers: what waits, and that nothing was installed. */
export const applyUpdatesOutput = taskSchemaWith({
  refreshed: { type: "boolean", description: "The package index is fresh." },
  installed: { type: "boolean", description: "Always false: PVE's API cannot install." },
  pending: listOf({ type: "object", properties: { package: text, from: text, to: text, origin: text } }),
  count: { type: "integer" },
  how: listOf(text, "How an operator installs them."),
});

/** Refreshes the package index and lists what waits. Installing is not in PVE's API: it is done in a terminal. */
export async function applyUpdates(call: Invocation): Promise<Answer> {
  const node = String(call.params["node"]);
  const task = await callOperation(call, "POST /nodes/{node}/apt/update", { node });
  const done: Answer = isTask(task) ? await awaitTask(call, task) : { task: "finished" };
  if (done["task"] === "running") return withMore(done, { refreshed: false, installed: false });
  const rows = await call.pve.call("GET /nodes/{node}/apt/update", { node }, call.watch);
  const pending = rows.map((row) => ({
    package: row.Package,
    ...(row.OldVersion !== undefined && { from: row.OldVersion }),
    to: row.Version,
    origin: row.Origin,
  }));
  const kernel = rows.some((row) => /^(?:proxmox|pve)-kernel/.test(row.Package));
  const notes = [
    rows.length === 0
      ? "Nothing waits: the node is up to date with its repositories. Nothing was installed."
      : "The index was refreshed and the list is below. Nothing was installed: PVE offers no call for that, only a terminal in which a person answers the questions.",
    ...(kernel ? ["A new kernel is among them: it is in use only after reboot_node."] : []),
  ];
  return withMore(
    done,
    { refreshed: true, installed: false, pending, count: rows.length, ...(rows.length > 0 && { how: waysFor(node) }) },
    notes,
  );
}

function waysFor(node: string): readonly string[] {
  return [
    `web interface: ${node} → Updates → Upgrade opens the terminal`,
    `shell of ${node} as root: apt-get dist-upgrade (never plain upgrade)`,
  ];
}
