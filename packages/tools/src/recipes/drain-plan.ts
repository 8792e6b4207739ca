import type { ResultOf } from "@pve/client";
import { ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import type { Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord } from "../schema.js";
import type { Row } from "../window.js";
import { attempt, foundOf } from "./attempt.js";
import { disksIn } from "./guest-disk.js";
import { reasonsAgainst } from "./migrate-guest.js";
import { namesIn } from "./names-in.js";
import { type ListedGuest, listGuests } from "./select-guests.js";
import { allPlaces, isMissing, type Place } from "./storage-places.js";

/** Of a node's memory this share stays free. */
const RESERVE = 0.1;
const MIB = 1024 ** 2;

/** Where a guest goes, or why it stays. */
export interface Move {
  readonly guest: ListedGuest;
  readonly to?: string;
  /** `online`: without a break; `restart`: down while it moves; `offline`: it does not run. */
  readonly how?: "online" | "restart" | "offline";
  /** Bytes of disks that have to be copied. */
  readonly copies?: number;
  /** Why there, or why not at all. */
  readonly why: string;
}

/** A node that takes guests, and what it has left. */
export interface Room {
  readonly node: string;
  readonly before: number;
  /** Bytes of memory free after everything planned so far. */
  free: number;
  guests: number;
}

/** The whole plan: every guest of the node, and what the others have left. */
export interface DrainPlan {
  readonly node: string;
  readonly moves: readonly Move[];
  readonly rooms: readonly Room[];
}

/** What PVE says of a guest's way out of its node. */
interface Exit {
  readonly allowed: readonly string[] | undefined;
  readonly refused: unknown;
  /** What ties it to its node. */
  readonly ties: readonly string[];
  /** The storages its disks and drives lie on. */
  readonly storages: readonly string[];
  /** Its disks on storages that are not shared. */
  readonly local: readonly { readonly storage: string; readonly size: number }[];
}

/** Plans where every guest of a node could go: the largest first, each to the node with the most memory left. */
export async function planDrain(call: Invocation): Promise<DrainPlan> {
  const node = String(call.args["node_name"]);
  const [nodes, guests, places] = await Promise.all([
    call.pve.call("GET /nodes", {}, call.watch),
    listGuests(call),
    allPlaces(call),
  ]);
  if (!nodes.some((row) => row.node === node)) {
    throw new ToolNotFoundError(`there is no node ${node}`, `There are: ${nodes.map((row) => row.node).join(", ")}.`);
  }
  const rooms = roomsOf(call, node, nodes, guests);
  const here = guests.filter((guest) => guest.node === node);
  const leave = new Set(namesIn(call.args["leave"]).map(Number));
  const strangers = [...leave].filter((vmid) => !here.some((guest) => guest.vmid === vmid));
  if (strangers.length > 0) throw new ToolNotFoundError(`${node} has no guest ${strangers.join(", ")} to leave there`);
  const exits = new Map(
    await Promise.all(here.map(async (guest) => [guest.vmid, await exitOf(call, guest, places)] as const)),
  );
  const largest = [...here].sort((a, b) => Number(b.running) - Number(a.running) || b.maxmem - a.maxmem);
  const moves = largest.map((guest) =>
    leave.has(guest.vmid)
      ? { guest, why: "it is to be left there" }
      : placeGuest(call, guest, exits.get(guest.vmid), rooms, places),
  );
  return { node, moves, rooms };
}

function roomsOf(
  call: Invocation,
  drained: string,
  nodes: ResultOf<"GET /nodes">,
  guests: readonly ListedGuest[],
): readonly Room[] {
  const wanted = namesIn(call.args["target_nodes"]);
  const unknown = wanted.filter((name) => !nodes.some(({ node }) => node === name));
  if (unknown.length > 0) throw new ToolNotFoundError(`there is no node ${unknown.join(", ")}`);
  const able = nodes.filter(
    ({ node, status }) => node !== drained && status === "online" && (wanted.length === 0 || wanted.includes(node)),
  );
  if (able.length === 0) throw new ToolPreconditionError("no other node is online that could take a guest");
  return able.map(({ node, maxmem = 0, mem = 0 }) => {
    const promised = guests
      .filter((guest) => guest.running && guest.node === node)
      .reduce((sum, guest) => sum + guest.maxmem, 0);
    // What guests may still ask for counts as taken, and so does what the node uses itself.
    const free = Math.max(0, maxmem * (1 - RESERVE) - Math.max(mem, promised));
    return { node, before: free, free, guests: guests.filter((guest) => guest.node === node).length };
  });
}

async function exitOf(call: Invocation, guest: ListedGuest, places: readonly Place[]): Promise<Exit> {
  const { node, vmid, kind } = guest;
  const path = { node, vmid };
  const [check, config] = await Promise.all([
    attempt("PVE's check", callOperation(call, `GET /nodes/{node}/${kind}/{vmid}/migrate`, path)),
    attempt("its configuration", callOperation(call, `GET /nodes/{node}/${kind}/{vmid}/config`, path)),
  ]);
  const found = foundOf(check);
  const answer: Row = isRecord(found) ? found : {};
  const settings = foundOf(config);
  const disks = disksIn(isRecord(settings) ? settings : {});
  const shared = new Set(places.filter((place) => place.shared === true).map((place) => place.storage));
  const local = disks.filter(
    ({ storage, kind: what }) => storage !== undefined && !shared.has(storage) && what !== "cdrom" && what !== "bind",
  );
  const resources = answer["local_resources"];
  const images = disks.filter(
    ({ kind: what, storage }) => what === "cdrom" && storage !== undefined && !shared.has(storage),
  );
  const binds = disks.filter(({ kind: what, options }) => what === "bind" && options["shared"] !== true);
  return {
    allowed: listOrNone(answer["allowed_nodes"] ?? answer["allowed-nodes"]),
    refused: answer["not_allowed_nodes"] ?? answer["not-allowed-nodes"],
    ties: [
      ...("missing" in config ? [config.missing] : []),
      // Before 9.0 there is no check for containers; then only what is seen here counts.
      ...("missing" in check && kind === "qemu" ? [check.missing] : []),
      ...(guest.lock === undefined ? [] : [`it is locked (${guest.lock})`]),
      ...(Array.isArray(resources) && resources.length > 0
        ? [`it uses devices of its node: ${resources.join(", ")}`]
        : []),
      ...images.map(({ key, volume }) => `${key} holds ${volume} of its node (eject it)`),
      ...binds.map(({ key, volume }) => `${key} is the directory ${volume} of its node`),
    ],
    storages: [...new Set(disks.flatMap(({ storage }) => storage ?? []))],
    local: local.map(({ storage = "", size = 0 }) => ({ storage, size })),
  };
}

function listOrNone(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}

function placeGuest(
  call: Invocation,
  guest: ListedGuest,
  exit: Exit | undefined,
  rooms: readonly Room[],
  places: readonly Place[],
): Move {
  const copies = exit?.local.reduce((sum, { size }) => sum + size, 0) ?? 0;
  const obstacle = obstacleOf(call, guest, exit, copies);
  if (exit === undefined || obstacle !== undefined) return { guest, why: obstacle ?? "nothing is known of it" };
  const needs = guest.running ? guest.maxmem : 0;
  const against = rooms.map((room) => ({ room, reasons: reasonsHere(guest, exit, room, needs, places) }));
  const [best] = against
    .filter(({ reasons }) => reasons.length === 0)
    .map(({ room }) => room)
    .sort((a, b) => b.free - a.free || a.guests - b.guests);
  if (best === undefined) {
    return { guest, why: against.map(({ room, reasons }) => `${room.node}: ${reasons.join(", ")}`).join("; ") };
  }
  best.free -= needs;
  best.guests += 1;
  const how = !guest.running ? "offline" : guest.kind === "lxc" ? "restart" : "online";
  const why = [
    guest.running ? `most memory left (${Math.round(best.free / MIB)} MiB after it)` : "it does not run",
    ...(guest.ha ? ["HA moves it"] : []),
  ].join("; ");
  return { guest, to: best.node, how, ...(copies > 0 && { copies }), why };
}

/** Why a guest can go nowhere as things are. */
function obstacleOf(call: Invocation, guest: ListedGuest, exit: Exit | undefined, copies: number): string | undefined {
  const ties = exit?.ties ?? [];
  if (ties.length > 0) return ties.join("; ");
  if (guest.template && copies > 0) return "it is a template on local storage";
  if (guest.running && guest.kind === "lxc" && call.args["restart_containers"] !== true) {
    return "it would be down while it moves, and restart_containers was not given";
  }
  if (guest.running && guest.kind === "qemu" && copies > 0 && call.args["with_local_disks"] !== true) {
    return "its disks are local, and with_local_disks was not given";
  }
  return undefined;
}

function reasonsHere(
  guest: ListedGuest,
  exit: Exit,
  room: Room,
  needs: number,
  places: readonly Place[],
): readonly string[] {
  const placeOf = (storage: string) => places.find((one) => one.node === room.node && one.storage === storage);
  // PVE itself looks at the storages of virtual machines only.
  const unseen = guest.kind === "lxc" ? exit.storages : [];
  const absent = unseen.filter((one) => isMissing(places, one, room.node)).map((one) => `it has no storage ${one}`);
  const sizes = new Map<string, number>();
  for (const { storage, size } of exit.local) sizes.set(storage, (sizes.get(storage) ?? 0) + size);
  const full = [...sizes].flatMap(([storage, size]) => {
    const { maxdisk = 0, disk = 0 } = placeOf(storage) ?? { maxdisk: size };
    const free = maxdisk - disk;
    return free < size ? [`${storage} has ${Math.round(free / MIB)} of ${Math.round(size / MIB)} MiB`] : [];
  });
  return [
    ...reasonsAgainst(room.node, exit.allowed, exit.refused),
    ...absent,
    ...full,
    ...(room.free < needs
      ? [
          `${Math.round(room.free / MIB)} MiB of memory left, ${Math.round(needs / MIB)} MiB wanted by guest ${guest.vmid}`,
        ]
      : []),
  ];
}
