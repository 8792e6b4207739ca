import type { ResultOf } from "@pve/client";
import { type Answer, guestOf, type Invocation } from "../invocation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { isoOf } from "../time.js";
import { notesSchema, plain } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

const AGENT = "/nodes/{node}/qemu/{vmid}/agent";
/** Rows shown of each list. */
const MOST = 40;
const NANO = 1_000_000_000;

const text: JsonSchema = { type: "string" };
const number: JsonSchema = { type: "number" };

/** What the agent of a guest tells about it. */
export const guestAgentInfoOutput = openObject(
  {
    vmid: { type: "integer" },
    node: text,
    agent_version: text,
    hostname: text,
    os: { type: "object", description: "Name, version, kernel, machine." },
    time: { type: "string", description: "The guest's clock, UTC." },
    timezone: text,
    interfaces: listOf(openObject({ name: text, mac: text, addresses: listOf(text) })),
    filesystems: listOf(
      openObject({ mountpoint: text, type: text, total: number, used: number, used_percent: number }),
      "Sizes in bytes.",
    ),
    users: listOf(openObject({ user: text, since: text }), "Who is signed in."),
    notes: notesSchema,
  },
  ["vmid", "node", "agent_version"],
);

/**
 * Everything the agent tells about the system inside, in one answer. What a guest does not support is named; when no
 * agent answers at all, that is the error.
 */
export async function guestAgentInfo(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const agent = await call.pve.call(`GET ${AGENT}/info`, guest, call.watch);
  const ask = <T>(what: string, work: Promise<T>) => attempt(what, work);
  const parts = await Promise.all([
    ask("the system", call.pve.call(`GET ${AGENT}/get-osinfo`, guest, call.watch)),
    ask("the host name", call.pve.call(`GET ${AGENT}/get-host-name`, guest, call.watch)),
    ask("the network", call.pve.call(`GET ${AGENT}/network-get-interfaces`, guest, call.watch)),
    ask("the file systems", call.pve.call(`GET ${AGENT}/get-fsinfo`, guest, call.watch)),
    ask("the users", call.pve.call(`GET ${AGENT}/get-users`, guest, call.watch)),
    ask("the clock", call.pve.call(`GET ${AGENT}/get-time`, guest, call.watch)),
    ask("the time zone", call.pve.call(`GET ${AGENT}/get-timezone`, guest, call.watch)),
  ]);
  const [os, host, net, disks, users, clock, zone] = parts;
  const lists = {
    interfaces: foundOf(net)?.result,
    filesystems: foundOf(disks)?.result,
    users: foundOf(users)?.result,
  };
  const seconds = foundOf(clock)?.result;
  const notes = [...missingOf(parts), ...cutNotes(lists)];
  return {
    ...guest,
    agent_version: agent.result.version,
    hostname: foundOf(host)?.result["host-name"],
    ...("value" in os && { os: systemOf(os.value.result) }),
    ...(seconds !== undefined && { time: isoOf(Math.floor(seconds / NANO)) }),
    timezone: foundOf(zone)?.result.zone,
    interfaces: lists.interfaces?.slice(0, MOST).map(interfaceOf),
    filesystems: lists.filesystems?.slice(0, MOST).map(fileSystemOf),
    users: lists.users?.slice(0, MOST).map((row) => ({ user: row.user, since: isoOf(Math.floor(row["login-time"])) })),
    ...(notes.length > 0 && { notes }),
  };
}

type System = ResultOf<`GET ${typeof AGENT}/get-osinfo`>["result"];
type Interface = ResultOf<`GET ${typeof AGENT}/network-get-interfaces`>["result"][number];
type FileSystem = ResultOf<`GET ${typeof AGENT}/get-fsinfo`>["result"][number];

function systemOf(os: System) {
  return plain({
    name: os["pretty-name"] ?? os.name,
    id: os.id,
    version: os["version-id"] ?? os.version,
    kernel: os["kernel-release"],
    machine: os.machine,
  });
}

function interfaceOf(row: Interface) {
  const addresses = (row["ip-addresses"] ?? []).map((one) => `${one["ip-address"]}/${one.prefix}`);
  const mac = row["hardware-address"];
  return { name: row.name, ...(mac !== undefined && { mac }), addresses };
}

function fileSystemOf(row: FileSystem) {
  const [total, used] = [row["total-bytes"], row["used-bytes"]];
  const known = total !== undefined && used !== undefined && total > 0;
  return {
    mountpoint: row.mountpoint,
    type: row.type,
    ...(total !== undefined && { total }),
    ...(used !== undefined && { used }),
    ...(known && { used_percent: Math.round((1000 * used) / total) / 10 }),
  };
}

function cutNotes(lists: Readonly<Record<string, readonly unknown[] | undefined>>): readonly string[] {
  return Object.entries(lists)
    .filter(([, rows]) => (rows?.length ?? 0) > MOST)
    .map(([name, rows]) => `${MOST} of ${rows?.length} ${name} shown.`);
}
