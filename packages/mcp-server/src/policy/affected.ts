import { type ApiRequest, textsOf, valuesOf } from "./api-request.js";
import { partsOfTask, type Unnamed, unnamedBy } from "./unnamed.js";

/** What a request is about, as far as it says so itself. */
export interface Affected {
  readonly vmids: readonly number[];
  readonly nodes: readonly string[];
  readonly storages: readonly string[];
  readonly pools: readonly string[];
  /** Tags that a guest is made with. */
  readonly tags: readonly string[];
  /** Guests that it concerns and does not name; empty where there are none. */
  readonly unnamed: readonly Unnamed[];
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
  /(?:^|[:/=,;\s\0])(?:(?:vm|base|subvol|basevol)-(\d+)-|vzdump-(?:qemu|lxc|openvz)-(\d+)-|(?:vm|ct):(\d+)(?=$|[,;\s\0])|vms\/+(\d+)(?=$|[,;/\s\0])|(?:images|private)\/(\d+)\/|backup\/(?:vm|ct)\/(\d+)\/|(?<=^|[=,;\s\0])[A-Za-z][\w.-]*:(\d+)\/)/g;
/** `local-lvm:vm-100-disk-0`, `file=local:iso/x.iso`, `local-lvm:32`: a volume's storage. */
const ON_STORAGE = /(?:^|[,;=])([A-Za-z][\w.-]*):(?=[\w/])/g;
/** `/dev/mapper/pve-vm--100--disk--0`: how the node itself calls a volume. */
const MAPPED = /(?:vm|base|subvol)--(\d+)--/g;
/** `100/disk.raw`: a volume without its storage, which the path names. */
const IN_DIRECTORY = /^(\d+)\//;
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
  const tasks = /\/tasks\//.test(route) ? valuesOf(request, "upid").map(partsOfTask) : [];
  const named = GUEST_PARAMETERS.flatMap((name) => valuesOf(request, name));
  const volumes = texts.filter(([name]) => VOLUME_PARAMETERS.test(name));
  const mapped = volumes.flatMap(([, text]) => [...text.matchAll(MAPPED)].map(([, vmid = ""]) => vmid));
  const inDirectory = volumes.flatMap(([, text]) => IN_DIRECTORY.exec(text)?.[1] ?? []);
  const onStorage = volumes.flatMap(([, text]) => [...text.matchAll(ON_STORAGE)].map(([, storage = ""]) => storage));
  const creates = /^POST \/nodes\/[^/]+\/(?:qemu|lxc)$/.test(route);
  return {
    vmids: numbers([
      ...named,
      ...owned,
      ...mapped,
      ...inDirectory,
      ...job,
      ...tasks.flatMap(({ id = "" }) => guestsInTaskId(id)),
    ]),
    // `pve1:2` is a node with its priority, `local-lvm:nfs` a storage and the one that takes its place.
    nodes: unique([
      ...NODE_PARAMETERS.flatMap((name) => valuesOf(request, name)).map((node) => node.replace(/:\d+$/, "")),
      ...tasks.flatMap(({ node = [] }) => node),
    ]),
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

/** `100`, `100@local-lvm` and `101-scsi1>102-scsi0`: the guests that a task works on. */
function guestsInTaskId(id: string): readonly string[] {
  return [...id.matchAll(/(?:^|>)(\d+)(?=$|[-@>])/g)].map(([, vmid = ""]) => vmid);
}

function numbers(texts: readonly string[]): readonly number[] {
  return [...new Set(texts.filter((text) => /^\d{1,9}$/.test(text)).map(Number))];
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
