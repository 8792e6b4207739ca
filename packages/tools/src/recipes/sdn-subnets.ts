import { ToolNotFoundError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord } from "../schema.js";
import { plain, type Row } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { deleteRecord, updateRecord } from "./record-changes.js";

/** Stages a subnet and reads it back; PVE makes its id from zone and network. */
export async function createSubnet(call: Invocation): Promise<Answer> {
  await callOperation(call, call.tool.entry.operation, call.params);
  const rows = await attempt("what was made", subnetsOf(call));
  const made = foundOf(rows)?.find((row) => row["cidr"] === call.params["subnet"]);
  const notes = missingOf([rows]);
  return {
    done: true,
    ...(made !== undefined && { now: plain({ ...made, digest: undefined }) }),
    ...(notes.length > 0 && { notes }),
  };
}

/** Changes a subnet that is named by its network or its id. */
export async function updateSubnet(call: Invocation): Promise<Answer> {
  return updateRecord(await withId(call));
}

/** Removes a subnet that is named by its network or its id. */
export async function deleteSubnet(call: Invocation): Promise<Answer> {
  return deleteRecord(await withId(call));
}

async function withId(call: Invocation): Promise<Invocation> {
  const given = String(call.params["subnet"]);
  const rows = await subnetsOf(call);
  const id = rows.find((row) => [row["subnet"], row["id"], row["cidr"]].includes(given))?.["subnet"];
  if (id !== undefined) return { ...call, params: { ...call.params, subnet: id } };
  throw new ToolNotFoundError(
    `VNet ${String(call.params["vnet"])} has no subnet ${given}`,
    rows.length === 0 ? "It has none." : `It has: ${rows.map((row) => String(row["cidr"])).join(", ")}.`,
  );
}

async function subnetsOf(call: Invocation): Promise<readonly Row[]> {
  const { vnet } = call.params;
  const rows = await callOperation(call, "GET /cluster/sdn/vnets/{vnet}/subnets", { vnet });
  return Array.isArray(rows) ? rows.filter(isRecord) : [];
}
