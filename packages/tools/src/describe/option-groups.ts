/** Options of guests and the like by what they are about, for those that have too many to show at once. */
const GROUPS: readonly (readonly [group: string, names: RegExp])[] = [
  [
    "disks",
    /^(?:ide|sata|scsi|virtio\[|unused|mp|efidisk|tpmstate|rootfs|scsihw|bootdisk|cdrom|archive|storage|force$)/,
  ],
  ["network", /^(?:net\[|ipconfig|nameserver|searchdomain|hostname)/],
  ["cloud-init", /^(?:ci[a-z]+|sshkeys|ssh-public-keys)$/],
  [
    "processor-memory",
    /^(?:cores|cpu|cpulimit|cpuunits|sockets|vcpus|affinity|numa|memory|smp|balloon|shares|swap|hugepages|keephugepages|allow-ksm)/,
  ],
  [
    "devices",
    /^(?:hostpci|usb|serial|parallel|dev\[|audio|vga|rng|watchdog|virtiofs|ivshmem|spice_enhancements|tablet|keyboard)/,
  ],
  [
    "start-stop",
    /^(?:onboot|startup|startdate|autostart|start$|boot$|reboot|freeze|hookscript|protection|lock|timezone)/,
  ],
];

/** Which group an option is shown in. */
export function groupOf(name: string): string {
  return GROUPS.find(([, names]) => names.test(name))?.[0] ?? "other";
}

/** The groups in the order in which they are offered. */
export const groupOrder: readonly string[] = [...GROUPS.map(([group]) => group), "other"];
