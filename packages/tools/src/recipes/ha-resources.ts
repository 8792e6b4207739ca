import { ToolNotFoundError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { listOf, openObject } from "../schema.js";
import { notesSchema, plain, type Row } from "../window.js";
import { compareConfigs } from "./config-changes.js";

/** What a change of a resource answers. */
export const haResourceOutput = openObject(
  {
    done: { type: "boolean" },
    sid: { type: "string" },
    was: { type: "object", description: "The settings before; absent when HA did not know it." },
    now: { type: "object", description: "The settings now; absent when HA no longer knows it." },
    changes: listOf(openObject({ key: { type: "string" }, before: {}, after: {} }, ["key"])),
    notes: notesSchema,
  },
  ["done", "sid"],
);

/** Puts a guest under HA, or changes how HA looks after it. */
export async function enableHa(call: Invocation): Promise<Answer> {
  const sid = await readSid(call);
  const was = await resource(call, sid);
  const { sid: _sid, ...settings } = call.params;
  const wanted = { state: "started", ...settings };
  if (was === undefined) await callOperation(call, "POST /cluster/ha/resources", { ...wanted, sid });
  else await callOperation(call, "PUT /cluster/ha/resources/{sid}", { ...wanted, sid, digest: was["digest"] });
  return answer(call, sid, was, [
    wanted.state === "started" || wanted.state === "enabled"
      ? "HA starts it if it does not run, and starts it elsewhere when its node fails. Its disks have to be within reach of the other nodes."
      : `HA keeps it ${String(wanted.state)}.`,
  ]);
}

/** Has HA stop a guest and leave it alone, or takes it out of HA altogether, as it is. */
export async function disableHa(call: Invocation): Promise<Answer> {
  const sid = await readSid(call);
  const was = await resource(call, sid);
  if (was === undefined) {
    const all = (await resources(call)).map((row) => String(row["sid"]));
    throw new ToolNotFoundError(
      `HA does not look after ${sid}`,
      all.length === 0 ? "It looks after no guest." : `It looks after ${all.join(", ")}.`,
    );
  }
  if (call.args["remove"] === true) {
    await callOperation(call, "DELETE /cluster/ha/resources/{sid}", { sid });
    return answer(call, sid, was, ["The guest stays as it is; HA no longer knows it."]);
  }
  await callOperation(call, "PUT /cluster/ha/resources/{sid}", { sid, state: "disabled", digest: was["digest"] });
  return answer(call, sid, was, [
    "HA stops the guest and does not start it again. With remove it would have been left running.",
  ]);
}

async function answer(call: Invocation, sid: string, was: Row | undefined, notes: readonly string[]): Promise<Answer> {
  const now = await resource(call, sid);
  const changes = was && now ? compareConfigs(was, now, new Set()) : undefined;
  return {
    done: true,
    sid,
    ...(was !== undefined && { was: shown(was) }),
    ...(now !== undefined && { now: shown(now) }),
    ...(changes !== undefined && { changes: changes.map((change) => ({ ...change })) }),
    notes,
  };
}

function shown({ digest: _digest, ...row }: Row) {
  return plain(row);
}

async function resources(call: Invocation): Promise<readonly Row[]> {
  const rows = await call.pve.call("GET /cluster/ha/resources", {}, call.watch);
  return rows.map((row): Row => ({ ...row }));
}

async function resource(call: Invocation, sid: string): Promise<Row | undefined> {
  return (await resources(call)).find((row) => row["sid"] === sid);
}

/** `vm:100`, `ct:200`, or the VMID alone; the guest has to exist. */
async function readSid(call: Invocation): Promise<string> {
  const given = String(call.params["sid"]);
  const vmid = Number(/^(?:vm:|ct:)?(\d+)$/.exec(given)?.[1] ?? Number.NaN);
  const rows = await call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch);
  const row = rows.find((one) => one.vmid === vmid);
  const sid = row === undefined ? undefined : `${row.type === "lxc" ? "ct" : "vm"}:${vmid}`;
  if (sid !== undefined && (sid === given || String(vmid) === given)) return sid;
  throw new ToolNotFoundError(
    sid === undefined
      ? `there is no guest ${given}, or the token may not see it`
      : `guest ${vmid} is ${sid}, not ${given}`,
    "A sid is vm:<vmid> or ct:<vmid>; get_cluster_resources with type vm lists the guests.",
  );
}
