import { managerVersion } from "./release-versions.js";
import type { World } from "./world.js";
import { entryOf } from "./world-per-node.js";

/** A package with the version that is installed and, where one waits, the newer one. */
export interface Package {
  readonly name: string;
  readonly title: string;
  readonly section: string;
  readonly origin: "Proxmox" | "Debian";
  installed: string;
  /** Known since the last refresh of the package lists. */
  available?: string;
}

/** One entry of a sources file. */
export interface Repository {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  enabled: boolean;
}

/** A file below /etc/apt with its entries. */
export interface SourcesFile {
  readonly path: string;
  readonly repositories: Repository[];
}

/** What a node has installed and where it gets more. */
export interface NodePackages {
  readonly packages: Package[];
  /** What the repositories offer; it becomes `available` with the next refresh. */
  readonly offered: Record<string, string>;
  readonly files: SourcesFile[];
}

const installed: readonly Package[] = [
  ["proxmox-ve", "Proxmox Virtual Environment", "admin", "Proxmox", "9.2.0"],
  ["pve-manager", "Proxmox Virtual Environment Management Tools", "admin", "Proxmox", "9.2.11"],
  ["proxmox-kernel-6.17", "Latest Proxmox Kernel Image for 6.17 series", "kernel", "Proxmox", "6.17.2-1"],
  ["qemu-server", "QEMU Server Tools", "admin", "Proxmox", "9.2.6"],
  ["pve-qemu-kvm", "Full virtualization on x86 hardware", "admin", "Proxmox", "10.1.2-1"],
  ["pve-container", "Proxmox VE Container management tool", "admin", "Proxmox", "6.1.1"],
  ["libpve-storage-perl", "Proxmox VE storage management library", "perl", "Proxmox", "9.1.0"],
  ["corosync", "cluster engine daemon and utilities", "admin", "Debian", "3.1.9-2+deb13u1"],
  ["openssl", "Secure Sockets Layer toolkit - cryptographic utility", "utils", "Debian", "3.5.4-1~deb13u1"],
  ["tzdata", "time zone and daylight-saving time data", "localization", "Debian", "2026a-0+deb13u1"],
].map(([name = "", title = "", section = "", origin = "", version = ""]) => ({
  name,
  title,
  section,
  origin: origin === "Proxmox" ? "Proxmox" : "Debian",
  installed: version,
}));

/** What a node has installed: two small updates are known, one more shows up with the next refresh. */
export function packagesOf(world: World, node: string): NodePackages {
  return entryOf(world.packages, node, () => {
    const known: Readonly<Record<string, string>> = {
      tzdata: "2026b-0+deb13u1",
      "libpve-storage-perl": "9.1.1",
    };
    const packages = installed.map((each) => {
      const available = known[each.name];
      const own = each.name === "pve-manager" ? { installed: managerVersion(world.release) } : {};
      return { ...each, ...own, ...(available === undefined ? {} : { available }) };
    });
    const offered = { ...known, "qemu-server": "9.2.7" };
    return { packages, offered, files: sources() };
  });
}

function sources(): SourcesFile[] {
  const debian = (uri: string, suite: string): Repository => ({
    uri,
    suite,
    components: ["main", "contrib", "non-free-firmware"],
    enabled: true,
  });
  return [
    {
      path: "/etc/apt/sources.list.d/debian.sources",
      repositories: [
        debian("http://deb.debian.org/debian/", "trixie"),
        debian("http://deb.debian.org/debian/", "trixie-updates"),
        debian("http://security.debian.org/debian-security/", "trixie-security"),
      ],
    },
    {
      path: "/etc/apt/sources.list.d/proxmox.sources",
      repositories: [
        {
          uri: "http://download.proxmox.com/debian/pve",
          suite: "trixie",
          components: ["pve-no-subscription"],
          enabled: true,
        },
      ],
    },
  ];
}
