import { match, words } from "./formats-match.js";
import { isAddress, isDnsName } from "./formats-network.js";

type Check = (value: string) => string | undefined;

const volume = /^([a-z][a-z0-9\-_.]*[a-z0-9]):(.+)$/i;
const contents = ["images", "rootdir", "vztmpl", "iso", "backup", "snippets", "none", "import"];

function storageProblem(value: string): string | undefined {
  if (value.length < 2) {
    return `storage ID '${value}' cannot be shorter than 2 characters`;
  }
  return match(/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i, "storage ID '%s' contains illegal characters")(value);
}

function isServer(value: string): boolean {
  return isAddress(value) || isDnsName(value);
}

function pairProblem(value: string): string | undefined {
  if (value === "1") {
    return undefined;
  }
  return value
    .split(":")
    .map(storageProblem)
    .find((problem) => problem !== undefined);
}

function portalProblem(value: string): string | undefined {
  const host = value.replace(/:\d{1,5}$/, "").replace(/^\[(.*)\]$/, "$1");
  return isServer(host) || isAddress(value) ? undefined : "value does not look like a valid portal address";
}

function volumeProblem(value: string): string | undefined {
  return volume.test(value) ? undefined : `unable to parse volume ID '${value}'`;
}

const storagePath = match(/^\/[^;()]+$/, "value does not look like a valid absolute path");

/** Formats of storages and volumes. */
export const storageFormats = {
  "pve-storage-id": storageProblem,
  "acme-plugin-id": match(/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i, "ACME plugin ID '%s' contains illegal characters"),
  "storage-pair": pairProblem,
  "pve-storage-path": storagePath,
  "pve-storage-path-in-property-string": match(/^\/[^;(),]+$/, "value does not look like a valid absolute path"),
  "pve-storage-server": (value: string): string | undefined =>
    isServer(value) ? undefined : "value does not look like a valid server name or IP address",
  "pve-storage-portal-dns": portalProblem,
  "pve-storage-vgname": match(
    /^[a-z0-9][a-z0-9\-_.]+[a-z0-9]$/i,
    "lvm volume group name '%s' contains illegal characters",
  ),
  "pve-storage-content": words(contents, "invalid content type '%s'"),
  "pve-storage-format": words(["raw", "qcow2", "vmdk", "subvol"], "invalid format '%s'"),
  "pve-storage-options": match(/^\S+$/, "value does not look like valid storage options"),
  "pve-dir-override": match(/^[a-z]+=\/?[^\s/]+(\/[^\s/]+)*$/i, "value does not look like a valid content directory"),
  "pve-volume-id": volumeProblem,
  "pve-volume-id-or-absolute-path": (value: string): string | undefined =>
    value.startsWith("/") ? undefined : volumeProblem(value),
  "pve-volume-id-or-qm-path": (value: string): string | undefined =>
    value === "none" || value === "cdrom" || value.startsWith("/") ? undefined : volumeProblem(value),
  "disk-size": match(/^(\d+(\.\d+)?)([KMGT](?:iB)?)?$/, "value does not look like a valid disk size: %s"),
  "pve-storage-zfs-blocksize": match(/^\d+[kmgtKMGT]?$/, "value does not look like a valid block size"),
} satisfies Readonly<Record<string, Check>>;
