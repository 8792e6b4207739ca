import type { SeededTask } from "./seed.js";

const day = 86_400;

/** Three backup nights that found no room, and the start that high availability gave up on. */
export function brokenHistory(origin: number): SeededTask[] {
  const nights = [3, 2, 1].flatMap((ago) =>
    ["pve1", "pve2"].map((node): SeededTask => {
      const start = origin - ago * day - 6 * 3600 + 120;
      const vmid = node === "pve1" ? 100 : 101;
      return {
        node,
        type: "vzdump",
        id: "",
        authid: "root@pam",
        starttime: start,
        endtime: start + 41,
        exitstatus: "job errors",
        log: [
          "INFO: starting new backup job: vzdump 100 101 102 200 --mode snapshot --compress zstd --storage nas --quiet 1",
          `INFO: Starting Backup of VM ${vmid} (qemu)`,
          "INFO: status = running",
          `ERROR: Backup of VM ${vmid} failed - job failed with err -28 - No space left on device`,
          "INFO: Backup job finished with errors",
        ],
      };
    }),
  );
  const start = origin - 5 * 3600;
  return [
    ...nights,
    {
      node: "pve2",
      type: "qmstart",
      id: "101",
      authid: "root@pam",
      starttime: start,
      endtime: start + 3,
      exitstatus: "start failed: QEMU exited with code 1",
      log: ["kvm: unable to lock image: Resource temporarily unavailable"],
    },
  ];
}
