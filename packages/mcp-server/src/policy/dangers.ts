import { type ApiRequest, textsOf, valuesOf } from "./api-request.js";

/** A parameter that makes whatever carries it a matter of losing data, access or the node itself. */
interface Danger {
  /** The operations it concerns. */
  readonly on: RegExp;
  readonly parameter: RegExp;
  /** The values that are dangerous; any, unless given. Written as PVE reads them. */
  readonly value?: RegExp;
  readonly because: string;
}

const GUEST = /^(?:POST|PUT) \/nodes\/[^/]+\/(?:qemu|lxc)(?:\/[^/]+\/config)?$/;
const CONTAINER = /^(?:POST|PUT) \/nodes\/[^/]+\/lxc(?:\/[^/]+\/config)?$/;
const FIREWALL_OPTIONS = /^PUT \/.*firewall\/options$/;
const ACL = /^PUT \/access\/acl$/;
const ANY = /^(?:POST|PUT|DELETE) /;
const ON = /^(?:1|yes|on|true)$/i;
const OFF = /^(?:0|no|off|false)$/i;
const DISK = /^(?:ide|sata|scsi|virtio|mp|efidisk|tpmstate)\d+$|^rootfs$/;

/**
 * What raises a request's risk to `destroy`, whoever sends it: a tool, a member of a tool's `config`, or the bare
 * operation. The first column of what PVE itself keeps for root@pam is here, and what undoes a protection.
 */
const dangers: readonly Danger[] = [
  { on: GUEST, parameter: /^args$/, because: "passes options to QEMU, which runs as root on the node" },
  { on: GUEST, parameter: /^hookscript$/, because: "has the node run a script as root" },
  { on: GUEST, parameter: /^hostpci\d+$/, because: "hands a PCI device of the node to the guest" },
  {
    on: GUEST,
    parameter: /^usb\d+$/,
    value: /^(?!(?:host=)?spice\b)/i,
    because: "hands a USB device of the node to the guest",
  },
  { on: GUEST, parameter: /^(?:dev|parallel)\d+$/, because: "hands a device of the node to the guest" },
  { on: GUEST, parameter: /^serial\d+$/, value: /^(?!socket$)/, because: "hands a device of the node to the guest" },
  { on: GUEST, parameter: /^virtiofs\d+$/, because: "shares a directory of the node with the guest" },
  {
    on: GUEST,
    parameter: DISK,
    value: /(?:^|,)(?:(?:file|volume)=)?\/|import-from=\//,
    because: "opens a path of the node to the guest",
  },
  { on: CONTAINER, parameter: /^lxc(?:$|[.[\d])/, because: "writes raw lines into the container's configuration" },
  {
    on: CONTAINER,
    parameter: /^features$/,
    value: /(?:mount|mknod|fuse|keyctl|force_rw_sys)=(?!0(?:,|$))|nesting=1|^nesting$/,
    because: "loosens the wall between the container and its node",
  },
  { on: CONTAINER, parameter: /^unprivileged$/, value: OFF, because: "makes root of the container root of the node" },
  { on: GUEST, parameter: /^protection$/, value: OFF, because: "takes away the protection against removal" },
  {
    on: GUEST,
    parameter: /^delete$/,
    value: /(?:^|,)protection(?:,|$)/,
    because: "takes away the protection against removal",
  },
  { on: GUEST, parameter: /^delete$/, value: /(?:^|,)unused\d+(?:,|$)/, because: "destroys a volume" },
  { on: GUEST, parameter: /^template$/, value: ON, because: "turns the guest into a template for good" },
  { on: ANY, parameter: /^skiplock$/, value: ON, because: "ignores the lock of whatever works on the guest" },
  {
    on: ANY,
    parameter: /^force$/,
    value: ON,
    because: "overrides a check, overwrites what is there, or removes it physically",
  },
  {
    on: ANY,
    parameter: /^(?:forceStop|force-stop|overrule-shutdown)$/,
    value: ON,
    because: "cuts a guest's power when it takes too long",
  },
  {
    on: /\/(?:move_disk|move_volume|remote_migrate)$/,
    parameter: /^delete$/,
    value: ON,
    because: "deletes the original afterwards",
  },
  { on: /^POST \/nodes\/[^/]+\/vzdump$/, parameter: /^script$/, because: "has the node run a script as root" },
  {
    on: /\/vzdump$|^(?:POST|PUT) \/(?:storage|cluster\/backup)/,
    parameter: /^prune-backups$/,
    value: /^(?!keep-all=1$)/,
    because: "lets older backups be deleted",
  },
  { on: /^(?:POST|PUT) \/storage/, parameter: /^disable$/, value: ON, because: "cuts guests off from their disks" },
  { on: FIREWALL_OPTIONS, parameter: /^enable$/, value: OFF, because: "switches a firewall off" },
  { on: FIREWALL_OPTIONS, parameter: /^delete$/, value: /(?:^|,)enable(?:,|$)/, because: "switches a firewall off" },
  {
    on: FIREWALL_OPTIONS,
    parameter: /^policy_(?:in|forward)$/,
    value: /^ACCEPT$/i,
    because: "lets in whatever no rule stops",
  },
  { on: ACL, parameter: /^path$/, value: /^\/*$|^\/+access\b/, because: "concerns the rights over everything" },
  {
    on: ACL,
    parameter: /^roles$/,
    value: /(?:^|[\s,;])Administrator(?:$|[\s,;])/,
    because: "makes somebody an administrator",
  },
  { on: ACL, parameter: /^delete$/, value: ON, because: "takes rights away" },
  {
    on: /^(?:POST|PUT) \/access\/roles/,
    parameter: /^privs$/,
    value: /Permissions\.Modify|Sys\.(?:Modify|Console|PowerMgmt)|User\.Modify|Realm\.Allocate/,
    because: "gives a role power over the cluster itself",
  },
  { on: /^(?:POST|PUT) \/access\/users/, parameter: /^groups$/, because: "gives the user whatever the groups may do" },
  { on: /^PUT \/access\/users/, parameter: /^enable$/, value: OFF, because: "locks the user out" },
  { on: /\/token\/[^/]+$/, parameter: /^privsep$/, value: OFF, because: "gives the token everything its user may do" },
  { on: /\/token\/[^/]+$/, parameter: /^regenerate$/, value: ON, because: "makes the token's present secret useless" },
  {
    on: /^POST \/access\/domains\/[^/]+\/sync$/,
    parameter: /^(?:purge|remove-vanished)$/,
    value: /^(?!none$|0$)/,
    because: "removes users and their rights",
  },
];

/** Why a request is dangerous beyond what its tool says; empty where it is not. */
export function dangersOf(request: ApiRequest): readonly string[] {
  // A list of settings may be written with any separator that PVE knows.
  const texts = textsOf(request).map(
    ([name, text]) => [name, name === "delete" ? valuesOf(request, name).join(",") : text] as const,
  );
  const found = dangers
    .filter(({ on }) => on.test(request.route))
    .flatMap(({ parameter, value, because }) =>
      texts
        .filter(([name, text]) => parameter.test(name) && (value?.test(text) ?? true))
        .map(([name]) => `${name} ${because}`),
    );
  return [...new Set(found)];
}
