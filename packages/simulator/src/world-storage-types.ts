import type { OptionKind, SectionOptions } from "./section-config.js";

/** What a storage type is like. */
export interface StorageType {
  readonly options: SectionOptions;
  /** Content types it can take. */
  readonly content: readonly string[];
  /** Content types it takes when nothing is said. */
  readonly initial: readonly string[];
  /** All nodes see the same volumes. */
  readonly shared?: true;
  /** Mounted below `/mnt/pve` unless another path is given. */
  readonly mounted?: true;
}

const everywhere = ["nodes", "disable", "content", "bwlimit", "format", "prune-backups", "max-protected-backups"];
const everything = ["images", "rootdir", "vztmpl", "iso", "backup", "snippets", "none", "import"];

/** Words are optional options; `*` marks required, `!` fixed ones. */
function options(words: string, without = ""): SectionOptions {
  const left = everywhere.filter((word) => !without.split(" ").includes(word));
  const kinds: Record<string, OptionKind> = Object.fromEntries(left.map((word) => [word, "optional"]));
  for (const word of words.split(" ")) {
    const required = word.includes("*");
    const fixed = word.includes("!");
    kinds[word.replace(/[*!]/g, "")] = required
      ? fixed
        ? "required fixed"
        : "required"
      : fixed
        ? "fixed"
        : "optional";
  }
  return kinds;
}

const noBackups = "prune-backups max-protected-backups format";
const folder = "content-dirs create-base-path create-subdirs mkdir preallocation";

/** The storage types of PVE 9.2. */
export const storageTypes: Readonly<Record<string, StorageType>> = {
  dir: {
    options: options(`path*! shared is_mountpoint snapshot-as-volume-chain! ${folder}`),
    content: everything,
    initial: ["images", "rootdir"],
  },
  btrfs: {
    options: options(
      "path*! shared is_mountpoint nocow mkdir create-base-path create-subdirs content-dirs preallocation",
    ),
    content: everything,
    initial: ["images", "rootdir"],
  },
  nfs: {
    options: options(`path! server*! export*! options snapshot-as-volume-chain! ${folder}`),
    content: everything,
    initial: ["images"],
    shared: true,
    mounted: true,
  },
  cifs: {
    options: options(
      `path! server*! share*! subdir username password domain smbversion options snapshot-as-volume-chain! ${folder}`,
    ),
    content: everything,
    initial: ["images"],
    shared: true,
    mounted: true,
  },
  cephfs: {
    options: options(
      "path! monhost subdir username keyring fuse fs-name options content-dirs create-base-path create-subdirs mkdir",
    ),
    content: ["vztmpl", "iso", "backup", "snippets", "import"],
    initial: ["backup"],
    shared: true,
    mounted: true,
  },
  rbd: {
    options: options("monhost pool data-pool namespace username keyring krbd", noBackups),
    content: ["images", "rootdir"],
    initial: ["images"],
    shared: true,
  },
  lvm: {
    options: options(
      "vgname*! base! shared saferemove saferemove_throughput saferemove-stepsize tagged_only snapshot-as-volume-chain",
      noBackups,
    ),
    content: ["images", "rootdir"],
    initial: ["images"],
  },
  lvmthin: {
    options: options("vgname*! thinpool*!", noBackups),
    content: ["images", "rootdir"],
    initial: ["images", "rootdir"],
  },
  zfspool: {
    options: options("pool*! blocksize sparse mountpoint", noBackups),
    content: ["images", "rootdir"],
    initial: ["images", "rootdir"],
  },
  zfs: {
    options: options(
      "portal*! target*! pool*! blocksize*! iscsiprovider*! nowritecache sparse comstar_hg comstar_tg lio_tpg zfs-base-path",
      noBackups,
    ),
    content: ["images"],
    initial: ["images"],
    shared: true,
  },
  iscsi: {
    options: options("portal*! target*!", noBackups),
    content: ["images", "none"],
    initial: ["images"],
    shared: true,
  },
  iscsidirect: {
    options: options("portal*! target*!", noBackups),
    content: ["images", "none"],
    initial: ["images"],
    shared: true,
  },
  pbs: {
    options: options(
      "server*! datastore*! namespace port username password encryption-key master-pubkey fingerprint",
      "format",
    ),
    content: ["backup", "none"],
    initial: ["backup"],
    shared: true,
  },
  esxi: {
    options: options("server* username* password port skip-cert-verification", noBackups),
    content: ["import"],
    initial: ["import"],
  },
};

/** Options that PVE keeps in files of their own and never shows. */
export const secretOptions: readonly string[] = ["password", "keyring", "encryption-key", "master-pubkey"];
