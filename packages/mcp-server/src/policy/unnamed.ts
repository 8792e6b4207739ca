import { type ApiRequest, valuesOf } from "./api-request.js";

/** Guests that a request is about without naming them: all there are, as far as nothing narrows them down. */
export interface Unnamed {
  /** Only those on this node. */
  readonly node?: string;
  /** Only those in this pool. */
  readonly pool?: string;
  /** Only those that HA looks after. */
  readonly ha?: true;
  /** All but these. */
  readonly except?: readonly number[];
}

/** Operations that concern guests which they do not name, and which those are. */
interface Wide {
  readonly on: RegExp;
  readonly guests: (request: ApiRequest) => readonly Unnamed[];
}

/** What PVE takes for the node that answers, whatever that is called. */
export const WHICHEVER = "localhost";

const ON = /^(?:1|yes|on|true)$/i;
const ALL: Unnamed = {};

/** What is said of a storage that cuts guests off from their disks, or deletes their backups. */
const CUTTING = ["disable", "nodes", "content", "prune-backups"];

const wide: readonly Wide[] = [
  { on: /^POST \/nodes\/[^/]+\/(?:status|stopall|startall|suspendall|migrateall)$/, guests: unlessNamed(ofNode) },
  { on: /^POST \/cluster\/bulk-action\//, guests: unlessNamed(() => [ALL]) },
  { on: /^DELETE \/nodes\/[^/]+\/storage\/[^/]+\/prunebackups$/, guests: unlessNamed(() => [ALL]) },
  { on: /^POST \/nodes\/[^/]+\/vzdump$|^(?:POST|PUT|DELETE) \/cluster\/backup(?:\/[^/]+)?$/, guests: backedUp },
  { on: /^DELETE \/nodes\/[^/]+\/disks\/|^DELETE \/cluster\/config\/nodes\//, guests: ofNode },
  { on: /^DELETE \/nodes\/[^/]+\/ceph\/(?:pool|osd|fs)\/|^DELETE \/storage\//, guests: () => [ALL] },
  { on: /^PUT \/storage\//, guests: (request) => (CUTTING.some((name) => saysSo(request, name)) ? [ALL] : []) },
  { on: /^(?:PUT|DELETE) \/cluster\/ha\/groups\/|^POST \/cluster\/ha\/status\//, guests: () => [{ ha: true }] },
  { on: /^PUT \/access\/acl$/, guests: underPath },
  { on: /\/tasks\/[^/]+/, guests: ofTask },
];

/** Reads off a request which guests it is about although it does not name them. */
export function unnamedBy(request: ApiRequest): readonly Unnamed[] {
  return wide.filter(({ on }) => on.test(request.route)).flatMap(({ guests }) => guests(request));
}

function unlessNamed(guests: Wide["guests"]): Wide["guests"] {
  return (request) => (["vms", "vmid"].some((name) => valuesOf(request, name).length > 0) ? [] : guests(request));
}

function ofNode(request: ApiRequest): readonly Unnamed[] {
  const nodes = valuesOf(request, "node");
  return nodes.length === 0 ? [ALL] : nodes.map(on);
}

/** The guests on a node. `localhost` is whichever node answers. */
function on(node: string | undefined): Unnamed {
  return node === undefined || node === WHICHEVER ? ALL : { node };
}

/** `0` and `no` say nothing of a switch. */
function saysSo(request: ApiRequest, name: string): boolean {
  return valuesOf(request, name).some((value) => name !== "disable" || ON.test(value));
}

/** As vzdump chooses: a pool's guests, else all but some, on one node or everywhere; `stop` ends what runs on the node. */
function backedUp(request: ApiRequest): readonly Unnamed[] {
  const here = on(valuesOf(request, "node")[0]);
  const pools = valuesOf(request, "pool");
  const except = valuesOf(request, "exclude").map(Number);
  const says = (name: string) => valuesOf(request, name).some((value) => ON.test(value));
  const isNamed = pools.length > 0 || valuesOf(request, "vmid").length > 0;
  const isAll = says("all") || (except.length > 0 && !isNamed);
  return [
    ...pools.map((pool) => ({ ...here, pool })),
    ...(isAll ? [{ ...here, ...(except.length > 0 && { except }) }] : []),
    ...(/vzdump$/.test(request.route) && says("stop") ? [here] : []),
  ];
}

/** Rights over all guests, or those of a pool; a guest's own path carries its VMID. */
function underPath(request: ApiRequest): readonly Unnamed[] {
  return valuesOf(request, "path").flatMap((path): readonly Unnamed[] => {
    const [kind, ...rest] = path.split("/").filter((part) => part !== "");
    if (kind === undefined || ((kind === "vms" || kind === "pool") && rest.length === 0)) return [ALL];
    return kind === "pool" ? [{ pool: rest.join("/") }] : [];
  });
}

const OF_MANY = /^(?:vzdump|startall|stopall|suspendall|migrateall|bulk-\w+)$/;

/** A task that works on many guests names none of them. */
function ofTask(request: ApiRequest): readonly Unnamed[] {
  return valuesOf(request, "upid").flatMap((upid): readonly Unnamed[] => {
    const { node, type = "", id } = partsOfTask(upid);
    if (id !== "" || !OF_MANY.test(type)) return [];
    return [type.startsWith("bulk-") ? ALL : on(node)];
  });
}

/** `UPID:pve1:0000C530:001C9A7A:65A0B3F0:qmstart:100:root@pam:` by its parts. */
export function partsOfTask(upid: string): { readonly node?: string; readonly type?: string; readonly id?: string } {
  const [, node, type, id] = /^UPID:([^:]*):(?:[^:]*:){3}([^:]*):([^:]*):/.exec(upid) ?? [];
  return node === undefined || type === undefined || id === undefined ? {} : { node, type, id };
}
