import { ToolArgumentError, ToolNotFoundError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { EMPTY, notesSchema, plain, type Row } from "../window.js";
import { namesPlace } from "./firewall-place.js";
import { namesIn } from "./names-in.js";

const text: JsonSchema = { type: "string" };
const aliasSchema = openObject({ name: text, cidr: text, comment: text });
const setSchema = openObject({
  name: text,
  comment: text,
  entries: listOf(openObject({ cidr: text, nomatch: { type: "boolean" }, comment: text })),
});
type Place = Awaited<ReturnType<typeof namesPlace>>;

/** Aliases of one place. */
export const aliasesOutput = openObject(
  { scope: text, items: listOf(aliasSchema), count: { type: "integer" }, notes: notesSchema },
  ["scope", "items", "count"],
);

/** Sets of one place. */
export const ipsetsOutput = openObject(
  { scope: text, items: listOf(setSchema), count: { type: "integer" }, notes: notesSchema },
  ["scope", "items", "count"],
);

/** What a change of an alias or set answers. */
export const namesChangeOutput = openObject(
  {
    done: { type: "boolean" },
    scope: text,
    now: { type: "object", description: "How it reads now." },
    was: { type: "object", description: "How it read before." },
    failed: listOf(text, "Entries that were refused, with the reason."),
    notes: notesSchema,
  },
  ["done", "scope"],
);

/** Lists aliases. */
export async function firewallAliases(call: Invocation): Promise<Answer> {
  const place = await namesPlace(call);
  return listed(place, (await aliasesOf(call, place)).map(shown));
}

/** Makes an alias. */
export async function createAlias(call: Invocation): Promise<Answer> {
  const place = await namesPlace(call);
  await callOperation(call, `POST ${place.base}/aliases`, { ...place.path, ...call.params });
  return { done: true, scope: place.name, now: shown(await aliasNamed(call, place)) };
}

/** Removes an alias that is there. */
export async function deleteAlias(call: Invocation): Promise<Answer> {
  const place = await namesPlace(call);
  const { digest, ...was } = await aliasNamed(call, place);
  await callOperation(call, `DELETE ${place.base}/aliases/{name}`, { ...place.path, ...call.params, digest });
  return { done: true, scope: place.name, was: plain(was) };
}

/** Lists sets with their entries. */
export async function firewallIpsets(call: Invocation): Promise<Answer> {
  const place = await namesPlace(call);
  const sets = await setsOf(call, place);
  const full = await Promise.all(sets.map((set) => withEntries(call, place, set)));
  return listed(place, full);
}

/** Makes a set and fills it; an entry that is refused does not keep the others out. */
export async function createIpset(call: Invocation): Promise<Answer> {
  const place = await namesPlace(call);
  await callOperation(call, `POST ${place.base}/ipset`, { ...place.path, ...call.params });
  const failed: string[] = [];
  for (const entry of namesIn(call.args["entries"])) {
    const cidr = entry.replace(/^!/, "");
    const params = { ...place.path, name: call.params["name"], cidr, ...(entry !== cidr && { nomatch: true }) };
    await callOperation(call, `POST ${place.base}/ipset/{name}`, params).catch((error: unknown) => {
      call.watch.signal?.throwIfAborted();
      failed.push(`${entry}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  const now = await withEntries(call, place, await setNamed(call, place));
  return {
    done: true,
    scope: place.name,
    now,
    ...(failed.length > 0 && { failed, notes: ["The set is there, without the entries that were refused."] }),
  };
}

/** Adds an entry to a set that is there. */
export async function addIpsetEntry(call: Invocation): Promise<Answer> {
  const place = await namesPlace(call);
  const { name } = await setNamed(call, place);
  await callOperation(call, `POST ${place.base}/ipset/{name}`, { ...place.path, ...call.params, name });
  return { done: true, scope: place.name, now: await withEntries(call, place, await setNamed(call, place)) };
}

/** Takes an entry out of a set. */
export async function removeIpsetEntry(call: Invocation): Promise<Answer> {
  const place = await namesPlace(call);
  const { name } = await setNamed(call, place);
  const entries = await entriesOf(call, place, String(name));
  const { digest, ...was } = entries.find((row) => row["cidr"] === call.params["cidr"]) ?? {};
  if (was["cidr"] === undefined) {
    throw new ToolNotFoundError(
      `${String(call.params["name"])} has no entry ${String(call.params["cidr"])}`,
      `It has: ${entries.map((row) => String(row["cidr"])).join(", ") || "none"}.`,
    );
  }
  await callOperation(call, `DELETE ${place.base}/ipset/{name}/{cidr}`, {
    ...place.path,
    ...call.params,
    name,
    digest,
  });
  return { done: true, scope: place.name, was: plain(was) };
}

/** Removes a set that is there. */
export async function deleteIpset(call: Invocation): Promise<Answer> {
  const place = await namesPlace(call);
  const set = await setNamed(call, place);
  const was = await withEntries(call, place, set);
  const entries = isRecord(was) ? was["entries"] : [];
  if (Array.isArray(entries) && entries.length > 0 && call.params["force"] !== true) {
    throw new ToolArgumentError({
      force: `${String(set["name"])} has ${entries.length} entries; true removes it with them`,
    });
  }
  await callOperation(call, `DELETE ${place.base}/ipset/{name}`, { ...place.path, ...call.params, name: set["name"] });
  return { done: true, scope: place.name, was };
}

function listed(place: Place, items: readonly Json[]): Answer {
  return { scope: place.name, items, count: items.length, ...(items.length === 0 && { notes: [EMPTY] }) };
}

async function rowsOf(work: Promise<unknown>): Promise<readonly Row[]> {
  const rows = await work;
  return Array.isArray(rows) ? rows.filter(isRecord) : [];
}

function aliasesOf(call: Invocation, place: Place): Promise<readonly Row[]> {
  return rowsOf(callOperation(call, `GET ${place.base}/aliases`, place.path));
}

function setsOf(call: Invocation, place: Place): Promise<readonly Row[]> {
  return rowsOf(callOperation(call, `GET ${place.base}/ipset`, place.path));
}

function entriesOf(call: Invocation, place: Place, name: string): Promise<readonly Row[]> {
  return rowsOf(callOperation(call, `GET ${place.base}/ipset/{name}`, { ...place.path, name }));
}

async function aliasNamed(call: Invocation, place: Place): Promise<Row> {
  return named(call, place, "alias", await aliasesOf(call, place));
}

async function setNamed(call: Invocation, place: Place): Promise<Row> {
  return named(call, place, "IP set", await setsOf(call, place));
}

/** A name in any case: PVE tells upper from lower in those of sets only. */
function named(call: Invocation, place: Place, what: string, rows: readonly Row[]): Row {
  const wanted = String(call.params["name"]);
  const row = rows.find((one) => String(one["name"]).toLowerCase() === wanted.toLowerCase());
  if (row !== undefined) return row;
  const names = rows.map((one) => String(one["name"])).join(", ");
  throw new ToolNotFoundError(
    `${place.name} has no ${what} ${wanted}`,
    names === "" ? "It has none." : `It has: ${names}.`,
  );
}

async function withEntries(call: Invocation, place: Place, set: Row): Promise<Json> {
  const { name, comment } = set;
  const rows = await entriesOf(call, place, String(name));
  const entries = rows.map(({ cidr, nomatch, comment: remark }) =>
    plain({ cidr, ...(Boolean(nomatch) && { nomatch: true }), comment: remark }),
  );
  return plain({ name, comment, entries });
}

function shown({ name, cidr, comment }: Row): Json {
  return plain({ name, cidr, comment });
}
