import { ToolArgumentError } from "../errors.js";
import { type Answer, type Invocation, numberOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, listOf, openObject } from "../schema.js";
import { epochOf } from "../time.js";
import { notesSchema, type Row } from "../window.js";
import { compareConfigs, planChanges } from "./config-changes.js";
import { firewallPlace } from "./firewall-place.js";

/** What changing options answers. */
export const firewallOptionsOutput = openObject(
  {
    done: { type: "boolean" },
    scope: { type: "string" },
    changes: listOf(openObject({ key: { type: "string" }, before: {}, after: {} }, ["key"])),
    notes: notesSchema,
  },
  ["done", "scope", "changes"],
);

/** Lines of a firewall's log. */
export const firewallLogOutput = openObject(
  {
    scope: { type: "string" },
    lines: listOf({ type: "string" }, "Oldest first."),
    returned: { type: "integer" },
    notes: notesSchema,
  },
  ["scope", "lines", "returned"],
);

/** Changes the options of a firewall against the state it was read in. */
export async function firewallOptions(call: Invocation): Promise<Answer> {
  const { name, base, path, kind } = await firewallPlace(call);
  const read = async (): Promise<Row> => {
    const found = await callOperation(call, `GET ${base}/options`, path);
    return isRecord(found) ? found : {};
  };
  const before = await read();
  const { set, remove } = planChanges(call.options, before, []);
  if (Object.keys(set).length + remove.length === 0) throw new ToolArgumentError({ config: "names nothing to change" });
  const gone = remove.length > 0 ? { delete: remove } : {};
  await callOperation(call, `PUT ${base}/options`, { ...path, ...set, ...gone, digest: before["digest"] });
  const changes = compareConfigs(before, await read(), new Set());
  const on = Number(set["enable"] ?? 0) > 0;
  const notes = [
    ...(changes.length === 0 ? ["Nothing changed: it was like that already."] : []),
    ...(on && (kind === "qemu" || kind === "lxc")
      ? ["It is in force on network cards with firewall=1, and where the firewall of the cluster is on."]
      : []),
  ];
  return { done: true, scope: name, changes: changes.map((one) => ({ ...one })), ...(notes.length > 0 && { notes }) };
}

/** The newest lines of a firewall's log. PVE shows it from its beginning, so its end is asked for. */
export async function firewallLog(call: Invocation): Promise<Answer> {
  const { name, base, path, kind } = await firewallPlace(call);
  if (kind === "cluster" || base === "/cluster/firewall") {
    throw new ToolArgumentError({ scope: 'the cluster has no log: "node/pve1" or "guest/100"' });
  }
  const wanted = numberOf(call.args, "lines") ?? 100;
  const { since } = call.args;
  const from =
    typeof since === "string" || typeof since === "number" ? { since: epochOf("since", since, call.now()) } : {};
  const rows = await callOperation(call, `GET ${base}/log`, { ...path, ...from, limit: 5000 });
  const all = (Array.isArray(rows) ? rows.filter(isRecord) : []).map((row) => String(row["t"]));
  const lines = all.filter((line) => line !== "no content" && !line.startsWith("unable to open file")).slice(-wanted);
  const notes = [
    ...(lines.length === 0 ? ["Nothing was logged: rules and policies log only where they have a log level."] : []),
    ...(all.length > wanted ? [`The newest ${wanted} of ${all.length} lines.`] : []),
  ];
  return { scope: name, lines, returned: lines.length, ...(notes.length > 0 && { notes }) };
}
