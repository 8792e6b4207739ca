import { type ApiRequest, textsOf, valuesOf } from "./api-request.js";

/** What a request is about, as far as it says so itself. */
export interface Affected {
  readonly vmids: readonly number[];
  readonly nodes: readonly string[];
  readonly storages: readonly string[];
  readonly pools: readonly string[];
  /** Tags that a guest is made with. */
  readonly tags: readonly string[];
  /** It may concern guests that it does not name: all of a node, or all there are. */
  readonly unnamed: false | "node" | "all";
  /** Guests that it makes, so that they need not be there yet. */
  readonly fresh: readonly number[];
}

/** `sid` may be a bare VMID as well as `vm:100`. */
const GUEST_PARAMETERS = ["vmid", "newid", "target-vmid", "vms", "guest", "vmids", "sid"];
const NODE_PARAMETERS = ["node", "target", "target_node", "nodes", "node_id", "exitnodes", "exitnodes-primary"];
const STORAGE_PARAMETERS = [
  "storage",
  "storages",
  "target-storage",
  "targetstorage",
  "statestorage",
  "vmstatestorage",
  "import-working-storage",
];
/**
 * Volumes and archives carry the VMID of the guest they belong to, in their names or, as `local:100/disk.raw` and
 * `pbs:backup/vm/100/…`, in the directory. Members of a list may stand behind any separator that PVE knows.
 */
const OWNED =
  /(?:^|[:/=,;\s\0])(?:(?:vm|base|subvol|basevol)-(\d+)-|vzdump-(?:qemu|lxc|openvz)-(\d+)-|(?:vm|ct):(\d+)(?=$|[,;\s\0])|vms\/(\d+)(?=$|[,;/\s\0])|backup\/(?:vm|ct)\/(\d+)\/|(?<=^|[=,;\s\0])[A-Za-z][\w.-]*:(\d+)\/)/g;
/** `local-lvm:vm-100-disk-0`, `file=local:iso/x.iso`, `local-lvm:32`: a volume's storage. */
const ON_STORAGE = /(?:^|[,;=])([A-Za-z][\w.-]*):(?=[\w/])/g;
const VOLUME_PARAMETERS =
  /^(?:ide|sata|scsi|virtio|mp|unused|efidisk|tpmstate)\d+$|^(?:rootfs|volume|volid|archive|ostemplate|hookscript|cdrom|vmstate|import-from)$/;

/** Reads off a request which guests, nodes, storages and pools it is about. */
export function affectedBy(request: ApiRequest): Affected {
  const { route } = request;
  const texts = textsOf(request);
  const owned = texts.flatMap(([, text]) =>
    [...text.matchAll(OWNED)].map((found) => found.slice(1).find(Boolean) ?? ""),
  );
  const job = /\/replication(?:\/|$)/.test(route) ? valuesOf(request, "id").map((id) => id.split("-")[0] ?? "") : [];
  const named = GUEST_PARAMETERS.flatMap((name) => valuesOf(request, name));
  const volumes = texts.filter(([name]) => VOLUME_PARAMETERS.test(name));
  const onStorage = volumes.flatMap(([, text]) => [...text.matchAll(ON_STORAGE)].map(([, storage = ""]) => storage));
  const creates = /^POST \/nodes\/[^/]+\/(?:qemu|lxc)$/.test(route);
  return {
    vmids: numbers([...named, ...owned, ...job]),
    // `pve1:2` is a node with its priority, `local-lvm:nfs` a storage and the one that takes its place.
    nodes: unique(NODE_PARAMETERS.flatMap((name) => valuesOf(request, name)).map((node) => node.replace(/:\d+$/, ""))),
    storages: unique([
      ...STORAGE_PARAMETERS.flatMap((name) => valuesOf(request, name)).flatMap((pair) => pair.split(":")),
      ...onStorage,
    ]),
    pools: unique(["pool", "poolid"].flatMap((name) => valuesOf(request, name))),
    tags: creates ? valuesOf(request, "tags") : [],
    unnamed: unnamedBy(request),
    fresh: numbers(valuesOf(request, creates ? "vmid" : "newid")),
  };
}

const WHOLE_NODE = /^POST \/nodes\/[^/]+\/(?:status|stopall|startall|suspendall|migrateall)$/;
const EVERYWHERE =
  /^POST \/(?:cluster\/bulk-action\/|nodes\/[^/]+\/vzdump$)|^DELETE \/nodes\/[^/]+\/storage\/[^/]+\/prunebackups$/;

function unnamedBy(request: ApiRequest): Affected["unnamed"] {
  const named = ["vms", "vmid"].some((name) => valuesOf(request, name).length > 0);
  if (WHOLE_NODE.test(request.route) && !named) return "node";
  return EVERYWHERE.test(request.route) && !named ? "all" : false;
}

function numbers(texts: readonly string[]): readonly number[] {
  return [...new Set(texts.filter((text) => /^\d{1,9}$/.test(text)).map(Number))];
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
