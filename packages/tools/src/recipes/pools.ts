import type { ResultOf } from "@pve/client";
import { ToolArgumentError, ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { nearNames } from "../near-names.js";
import { callOperation } from "../operation.js";
import { isRecord, type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { filterRows, notesSchema, type Row, windowOf, windowSchema } from "../window.js";
import { attempt, missingOf } from "./attempt.js";
import { namesIn } from "./names-in.js";

type Pool = ResultOf<"GET /pools">[number];

const text: JsonSchema = { type: "string" };
const parts = { vms: listOf({ type: "integer" }, "VMIDs of virtual machines and containers."), storages: listOf(text) };

/** What a pool holds. */
export const poolOutput = openObject({ poolid: text, comment: text, ...parts, notes: notesSchema }, [
  "poolid",
  "vms",
  "storages",
]);

/** What a change of a pool answers: what it holds now, and what came and went. */
export const poolChangeOutput = openObject(
  {
    done: { type: "boolean" },
    poolid: text,
    comment: text,
    ...parts,
    added: listOf(text, "Members that came."),
    removed: listOf(text, "Members that went."),
    notes: notesSchema,
  },
  ["done", "poolid"],
);

/** The members of a pool, as the resource list shows them. */
export const poolMembersOutput = windowSchema(
  openObject({
    id: text,
    type: text,
    node: text,
    vmid: { type: "number" },
    name: text,
    storage: text,
    status: text,
    cpu: { type: "number" },
    maxmem: { type: "number", description: "Bytes." },
    maxdisk: { type: "number", description: "Bytes." },
  }),
);

const MEMBER_FIELDS = ["id", "type", "node", "vmid", "name", "storage", "status", "cpu", "maxmem", "maxdisk"];

/** One pool with what belongs to it. */
export async function showPool(call: Invocation): Promise<Answer> {
  return holdings(await findPool(call));
}

/** The members of one pool, with their state. */
export async function poolMembers(call: Invocation): Promise<Answer> {
  const pool = await findPool(call);
  return { ...windowOf(filterRows(membersOf(pool), call.args["filter"]), call.args, MEMBER_FIELDS) };
}

/** Makes a pool, then puts its members in. A pool whose members are refused is there all the same, and that is said. */
export async function createPool(call: Invocation): Promise<Answer> {
  const members = split(namesIn(call.args["members"]));
  const { poolid, comment } = call.params;
  await callOperation(call, "POST /pools", { poolid, ...(comment !== undefined && { comment }) });
  const joined = members.all.length === 0 ? [] : [await attempt("its members", changeMembers(call, members, false))];
  const notes = missingOf(joined).map((note) =>
    note.replace("could not be read", "were refused; the pool is there without them"),
  );
  return { done: true, ...holdings(await findPool(call)), ...(notes.length > 0 && { notes }) };
}

/** Changes the comment of a pool and puts members in, or takes them out with `delete`. */
export async function updatePool(call: Invocation): Promise<Answer> {
  const members = split(namesIn(call.args["members"]));
  const { comment } = call.params;
  const out = call.args["delete"] === true;
  if (members.all.length === 0 && comment === undefined) {
    throw new ToolArgumentError({ members: "neither members nor a comment is given" });
  }
  const before = holdings(await findPool(call));
  await changeMembers(call, members, out);
  const after = holdings(await findPool(call));
  const [old, fresh] = [idsOf(before), idsOf(after)];
  return {
    done: true,
    ...after,
    added: fresh.filter((id) => !old.includes(id)),
    removed: old.filter((id) => !fresh.includes(id)),
  };
}

/** Deletes a pool that is empty. One with members is refused with their names. */
export async function deletePool(call: Invocation): Promise<Answer> {
  const was = holdings(await findPool(call));
  const members = idsOf(was);
  if (members.length > 0) {
    throw new ToolPreconditionError(
      `pool ${String(was["poolid"])} is not empty: ${members.join(", ")}`,
      `update_pool with members "${members.join(",")}" and delete true takes them out; they themselves stay.`,
    );
  }
  await callOperation(call, "DELETE /pools", { poolid: call.params["poolid"] });
  return { done: true, was };
}

/** What deleting a pool answers. */
export const deletePoolOutput = openObject({ done: { type: "boolean" }, was: poolOutput, notes: notesSchema }, [
  "done",
  "was",
]);

async function changeMembers(call: Invocation, members: Members, out: boolean): Promise<void> {
  const { poolid, comment } = call.params;
  await callOperation(call, "PUT /pools", {
    poolid,
    ...(comment !== undefined && { comment }),
    ...(members.vms.length > 0 && { vms: members.vms }),
    ...(members.storages.length > 0 && { storage: members.storages }),
    ...(out && { delete: true }),
    ...(call.params["allow-move"] !== undefined && { "allow-move": call.params["allow-move"] }),
  });
}

interface Members {
  readonly all: readonly string[];
  readonly vms: readonly string[];
  readonly storages: readonly string[];
}

/** Numbers are VMIDs, also as HA and the resource list write them (`vm:103`, `qemu/103`); other names are storages. */
function split(given: readonly string[]): Members {
  const all = given.map((name) => /^(?:(?:vm|ct):|(?:qemu|lxc)\/)(\d+)$/.exec(name)?.[1] ?? name);
  const storages = all.filter((name) => !/^\d+$/.test(name));
  const wrong = storages.filter((name) => !/^[a-z][\w.-]*$/i.test(name));
  if (wrong.length > 0) {
    throw new ToolArgumentError({ members: `neither a VMID nor the name of a storage: ${wrong.join(", ")}` });
  }
  return { all, vms: all.filter((name) => /^\d+$/.test(name)), storages };
}

/** Asked for with a parameter: a nested pool such as a/b has no place in a path. */
async function findPool(call: Invocation): Promise<Pool> {
  const poolid = String(call.params["poolid"]);
  const failed = await attempt("the pool", call.pve.call("GET /pools", { poolid }, call.watch));
  const pool = "value" in failed ? failed.value.find((one) => one.poolid === poolid) : undefined;
  if (pool !== undefined) return pool;
  const names = (await call.pve.call("GET /pools", {}, call.watch)).map((one) => one.poolid);
  const near = nearNames(poolid, names);
  throw new ToolNotFoundError(
    `there is no pool ${poolid}, or the token may not see it`,
    near.length > 0
      ? `Did you mean ${near.join(" or ")}?`
      : `There are: ${names.join(", ") || "none that the token may see"}.`,
  );
}

function membersOf(pool: Pool): readonly Row[] {
  const members: unknown = pool.members;
  return Array.isArray(members) ? members.filter(isRecord) : [];
}

function holdings(pool: Pool): { readonly [key: string]: Json } {
  const members = membersOf(pool);
  const vms = members.flatMap((row) => (row["vmid"] === undefined ? [] : [Number(row["vmid"])]));
  const storages = members.flatMap((row) => textOf(row, "storage") ?? []);
  return {
    poolid: pool.poolid,
    ...(pool.comment !== undefined && { comment: pool.comment }),
    vms: vms.sort((a, b) => a - b),
    storages: [...new Set(storages)].sort(),
  };
}

function idsOf(pool: Answer): readonly string[] {
  return [pool["vms"], pool["storages"]].flatMap((list) => (Array.isArray(list) ? list.map(String) : []));
}
