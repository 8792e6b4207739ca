const PERCENT: readonly RegExp[] = [
  // Copying and mirroring disks: `mirror-scsi0: transferred 1.2 GiB of 32.0 GiB (3.75%) in 5s`
  /\btransferred .* of .* \((\d+(?:\.\d+)?)%\)/,
  // Backup of a virtual machine: `INFO:   5% (1.6 GiB of 32.0 GiB) in 3s, read: …`
  /^INFO:\s+(\d+(?:\.\d+)?)% \(/,
  // Restore: `progress 5% (read 1717990400 bytes, duration 3 sec)`
  /^progress (\d+(?:\.\d+)?)%/,
  // qemu-img by itself: `    (12.34/100%)`
  /^\s*\((\d+(?:\.\d+)?)\/100%\)/,
  // Download: `  1024K ........ ........ 20% 55.7M 12s`
  /^\s*\d+[KMG]\s[ .,]*(\d+)%/,
];

/** Memory of a guest on the move: `migration active, transferred 1.2 GiB of 4.0 GiB VM-state, 112.5 MiB/s`. */
const AMOUNTS = /\btransferred (\d+(?:\.\d+)?) ([KMGTP]?i?B) of (\d+(?:\.\d+)?) ([KMGTP]?i?B)/;

/**
 * How far a task has come, from 0 to 1, if this line of its log says so: lines of backup, restore, clone, disk move,
 * migration and download do. It counts the step under way (one disk, one guest), so it starts again with the next.
 * @example progressOf("progress 5% (read 1717990400 bytes, duration 3 sec)") // 0.05
 */
export function progressOf(line: string): number | undefined {
  for (const pattern of PERCENT) {
    const percent = pattern.exec(line)?.[1];
    if (percent !== undefined) return Math.min(1, Number(percent) / 100);
  }
  const [, done, doneUnit, total, totalUnit] = AMOUNTS.exec(line) ?? [];
  const whole = bytes(total, totalUnit);
  // Memory that changes while it is copied is sent again, so more than all of it may have been transferred.
  return whole > 0 ? Math.min(1, bytes(done, doneUnit) / whole) : undefined;
}

function bytes(amount: string | undefined, unit = "B"): number {
  return Number(amount ?? 0) * 1024 ** " KMGTP".indexOf(unit.length > 1 ? unit.charAt(0) : " ");
}
