import type { SeededTask } from "./seed.js";

const day = 86_400;

function vzdump(node: string, start: number, seconds: number, exitstatus: string, log: string[]): SeededTask {
  return {
    node,
    type: "vzdump",
    id: "",
    authid: "root@pam",
    starttime: start,
    endtime: start + seconds,
    exitstatus,
    log,
  };
}

function backupLines(vmid: number, kind: "qemu" | "lxc", time: string, took: string): string[] {
  return [
    `INFO: Starting Backup of VM ${vmid} (${kind})`,
    `INFO: Backup started at ${time}`,
    "INFO: status = running",
    `INFO: Finished Backup of VM ${vmid} (${took})`,
  ];
}

const job = "INFO: starting new backup job: vzdump --all 1 --mode snapshot --compress zstd --storage nas --quiet 1";

/** What happened in the days before: three backup nights (one failed), some power actions, one start that failed. */
export function labHistory(origin: number): SeededTask[] {
  const night = (ago: number): number => origin - ago * day - 6 * 3600;
  const date = (ago: number): string => new Date(night(ago) * 1000).toISOString().slice(0, 10);
  const one = (node: string, type: string, id: string, start: number, seconds: number): SeededTask => ({
    node,
    type,
    id,
    authid: "root@pam",
    starttime: start,
    endtime: start + seconds,
    exitstatus: "OK",
    log: [],
  });
  const tasks: SeededTask[] = [
    one("pve1", "qmsnapshot", "100", origin - 3 * day, 4),
    vzdump("pve1", night(2), 1260, "OK", [
      job,
      ...backupLines(100, "qemu", `${date(2)} 02:00:01`, "00:03:11"),
      ...backupLines(102, "qemu", `${date(2)} 02:03:12`, "00:16:40"),
      ...backupLines(200, "lxc", `${date(2)} 02:19:52`, "00:01:08"),
      "INFO: Backup job finished successfully",
    ]),
    vzdump("pve3", night(1), 65, "job errors", [
      job,
      "INFO: Starting Backup of VM 202 (lxc)",
      `INFO: Backup started at ${date(1)} 02:00:01`,
      "INFO: status = stopped",
      "INFO: creating vzdump archive '/mnt/pve/nas/dump/vzdump-lxc-202-2026_05_31-02_00_01.tar.zst'",
      "ERROR: Backup of VM 202 failed - command 'set -o pipefail && tar cpf - … | zstd' failed: exit code 1",
      `INFO: Failed at ${date(1)} 02:01:06`,
      "INFO: Backup job finished with errors",
      "INFO: notified via target `mail-to-root`",
    ]),
    vzdump("pve1", night(1), 1284, "OK", [
      job,
      ...backupLines(100, "qemu", `${date(1)} 02:00:01`, "00:03:15"),
      ...backupLines(102, "qemu", `${date(1)} 02:03:16`, "00:16:58"),
      ...backupLines(200, "lxc", `${date(1)} 02:20:14`, "00:01:10"),
      "INFO: Backup job finished successfully",
    ]),
    one("pve3", "qmstart", "111", origin - 6 * 3600, 3),
    {
      ...one("pve1", "qmstart", "104", origin - 2 * 3600, 1),
      authid: "operator@pve!ops",
      exitstatus: "volume 'local:iso/ubuntu-24.04.1-live-server-amd64.iso' does not exist",
    },
    one("pve2", "vzstart", "201", origin - 12 * day, 2),
  ];
  return tasks.sort((a, b) => a.starttime - b.starttime);
}
