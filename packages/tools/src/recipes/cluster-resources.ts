import { type Answer, type Invocation, kindOf, textOf } from "../invocation.js";
import { isRecord, type JsonSchema, type ObjectSchema } from "../schema.js";
import { filterRows, type Row, windowOf, windowSchema } from "../window.js";

/** Fields of a resource that matter to most questions; `fields` asks for others. */
const KEPT = [
  "id",
  "name",
  "node",
  "status",
  "pool",
  "tags",
  "lock",
  "hastate",
  "template",
  "cpu",
  "mem",
  "maxmem",
  "disk",
  "maxdisk",
];

/** The types that PVE can filter by itself; `qemu` and `lxc` are both `vm` there. */
const ASKED: Readonly<Record<string, "vm" | "storage" | "node" | "sdn">> = {
  vm: "vm",
  qemu: "vm",
  lxc: "vm",
  storage: "storage",
  node: "node",
  sdn: "sdn",
};

/** What the resource list answers: a window, and totals over everything that fits. */
export function clusterResourcesOutput(items: JsonSchema): ObjectSchema {
  const totals: JsonSchema = {
    type: "object",
    description: "How many fit, by type and status.",
    additionalProperties: { type: "object", additionalProperties: { type: "integer" } },
  };
  return windowSchema(items, { totals });
}

/** What a list of guests answers: a window, and how many are in which state. */
export function guestsOutput(items: JsonSchema): ObjectSchema {
  const totals: JsonSchema = {
    type: "object",
    description: "How many fit, by status.",
    additionalProperties: { type: "integer" },
  };
  return windowSchema(items, { totals });
}

/** Everything in the cluster that the token may see, counted by type and state, with a window of rows. */
export async function clusterResources(call: Invocation): Promise<Answer> {
  const type = typeof call.args["type"] === "string" ? call.args["type"] : undefined;
  const asked = type === undefined ? undefined : ASKED[type];
  const rows = await call.pve.call("GET /cluster/resources", asked === undefined ? {} : { type: asked }, call.watch);
  const wanted = rows
    .filter((row) => type === undefined || row.type === type || asked === type)
    .map((row) => telling({ ...row }));
  const found = filterRows(wanted, call.args["filter"]);
  return { totals: totalsOf(found), ...windowOf(found, call.args, KEPT) };
}

/** Guests of one kind, on one node or in the whole cluster. */
export async function guests(call: Invocation): Promise<Answer> {
  const rows = (await listGuests(call, kindOf(call), textOf(call.params, "node"))).map(telling);
  const found = filterRows(rows, call.args["filter"]);
  const totals: Record<string, number> = {};
  for (const { status } of found) totals[String(status)] = (totals[String(status)] ?? 0) + 1;
  return { totals, ...windowOf(found, call.args, call.tool.entry.keep) };
}

async function listGuests(call: Invocation, kind: "qemu" | "lxc", node: string | undefined): Promise<readonly Row[]> {
  if (node === undefined) {
    const rows = await call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch);
    return rows.filter((row) => row.type === kind).map((row): Row => ({ ...row }));
  }
  const rows: readonly object[] =
    kind === "lxc"
      ? await call.pve.call("GET /nodes/{node}/lxc", { node }, call.watch)
      : await call.pve.call("GET /nodes/{node}/qemu", { node }, call.watch);
  return rows.map((row): Row => ({ ...row, node })).sort((a, b) => Number(a["vmid"]) - Number(b["vmid"]));
}

/** Without the fields that say nothing: `template` is false for nearly every guest, `disk` always 0 for virtual machines. */
function telling(row: Row): Row {
  const { template, disk, ...rest } = row;
  return {
    ...rest,
    ...(template === true && { template }),
    ...(row["type"] !== "qemu" && disk !== undefined && { disk }),
  };
}

function totalsOf(rows: readonly Row[]): Record<string, Record<string, number>> {
  const totals: Record<string, Record<string, number>> = {};
  for (const row of rows) {
    const type = String(row["type"]);
    const status = String(row["status"] ?? "listed");
    const counts = isRecord(totals[type]) ? totals[type] : {};
    totals[type] = { ...counts, [status]: (counts[status] ?? 0) + 1 };
  }
  return totals;
}
