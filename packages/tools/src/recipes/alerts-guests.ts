import { callOperation } from "../operation.js";
import { isRecord } from "../schema.js";
import { type Alert, type Finding, judged, perNode, type Scene } from "./alert.js";
import { attempt } from "./attempt.js";

const FULL = 0.85;
const BRIM = 0.95;
const BROKEN = new Set(["io-error", "internal-error", "guest-panicked"]);

/** Storages that are nearly full or out of reach, each shared one once. */
export async function checkStorages({ resources, online }: Scene): Promise<Finding> {
  const seen = new Set<string>();
  const alerts = resources
    .filter((row) => row.type === "storage" && online.includes(row.node ?? ""))
    .flatMap((row): readonly Alert[] => {
      const place = row.shared === true ? `storage/${row.storage}` : `storage/${row.node}/${row.storage}`;
      if (row.status !== "available") {
        return [
          {
            severity: "critical",
            object: `storage/${row.node}/${row.storage}`,
            problem: "the storage cannot be reached",
            evidence: `status ${row.status ?? "unknown"} on ${row.node}`,
            next: `get_storage_info with storage ${row.storage}; get_node_logs of ${row.node}`,
          },
        ];
      }
      const share = row.maxdisk ? (row.disk ?? 0) / row.maxdisk : 0;
      if (share < FULL || seen.has(place)) return [];
      seen.add(place);
      return [
        {
          severity: share < BRIM ? "warning" : "critical",
          object: place,
          problem: "the storage is nearly full",
          evidence: `${Math.round(share * 1000) / 10} % of ${gib(row.maxdisk ?? 0)} used`,
          next: `get_storage_content with storage ${row.storage} shows what lies there, list_backups what could go`,
        },
      ];
    });
  return { alerts, unchecked: [] };
}

/** Virtual machines that stand still because of an error, as their own process reports it. */
export async function checkGuests(scene: Scene): Promise<Finding> {
  const { call } = scene;
  return perNode(
    scene,
    "the virtual machines",
    (node) => callOperation(call, "GET /nodes/{node}/qemu", { node, full: true }),
    (_node, rows) =>
      (Array.isArray(rows) ? rows.filter(isRecord) : [])
        .filter((row) => BROKEN.has(String(row["qmpstatus"])))
        .map(
          (row): Alert => ({
            severity: "critical",
            object: `qemu/${String(row["vmid"])}`,
            problem: "the virtual machine stands still because of an error",
            evidence: `qmpstatus ${String(row["qmpstatus"])}`,
            next: `get_vm_status with vmid ${String(row["vmid"])}; a full or lost storage under its disks is the usual reason`,
          }),
        ),
  );
}

/** Locks that nobody works under any more. */
export async function checkLocks({ call, resources }: Scene): Promise<Finding> {
  const locked = resources.filter((row) => row.lock !== undefined && row.vmid !== undefined);
  if (locked.length === 0) return { alerts: [], unchecked: [] };
  const tasks = await attempt("the running tasks", call.pve.call("GET /cluster/tasks", {}, call.watch));
  return judged(tasks, (rows) => {
    const running = rows.filter((task) => task.endtime === undefined);
    return locked
      .filter((row) => !running.some((task) => task.id === String(row.vmid) || task.type === "vzdump"))
      .map(
        (row): Alert => ({
          severity: "warning",
          object: row.id,
          problem: "the guest is locked, and no task works on it",
          evidence: `lock ${String(row.lock)}`,
          next: `list_tasks with vmid ${row.vmid} shows what was cut off; root removes the lock with qm or pct unlock on ${row.node}`,
        }),
      );
  });
}

function gib(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 3)} GiB`;
}
