import { isRecord } from "../schema.js";
import { type Alert, type Finding, judged, type Scene } from "./alert.js";
import { attempt } from "./attempt.js";
import { replicationStates } from "./replication.js";

/** Nodes that do not answer, and whether the cluster keeps its majority. */
export async function checkMembers(scene: Scene): Promise<Finding> {
  const { call, nodes } = scene;
  const down = nodes
    .filter((row) => row.status !== "online")
    .map(
      ({ node, status }): Alert => ({
        severity: "critical",
        object: `node/${node}`,
        problem: "the node does not answer",
        evidence: `status ${status}`,
        next: "get_cluster_status, then look at the machine itself; get_ha_status shows what HA does with its guests",
      }),
    );
  const status = await attempt("the quorum", call.pve.call("GET /cluster/status", {}, call.watch));
  const quorum = judged(status, (entries) => {
    const cluster = entries.find((entry) => entry.type === "cluster");
    if (cluster === undefined) return [];
    const members = entries.filter((entry) => entry.type === "node");
    const present = members.filter((entry) => entry.online === true).length;
    const needed = Math.floor(members.length / 2) + 1;
    const evidence = `${present} of ${members.length} nodes present, ${needed} needed`;
    const object = `cluster/${cluster.name}`;
    const next = "get_cluster_nodes_status shows the votes of each node";
    if (cluster.quorate === false) {
      return [{ severity: "critical", object, problem: "no quorum: nothing can be changed", evidence, next }];
    }
    return present < members.length && present <= needed
      ? [{ severity: "warning", object, problem: "the next node that fails takes the quorum with it", evidence, next }]
      : [];
  });
  return { alerts: [...down, ...quorum.alerts], unchecked: quorum.unchecked };
}

/** Guests and managers of high availability that are in trouble. */
export async function checkHa({ call }: Scene): Promise<Finding> {
  const entries = await attempt("high availability", call.pve.call("GET /cluster/ha/status/current", {}, call.watch));
  return judged(entries, (rows) =>
    rows.flatMap((row): readonly Alert[] => {
      const state = row.crm_state ?? row.state ?? "";
      if (row.type === "service" && /error|fence|recovery/.test(state)) {
        const object = row.sid ?? row.id;
        return [
          {
            severity: "critical",
            object,
            problem: `HA has it in state ${state}`,
            evidence: row.status,
            next: "get_ha_status, and list_tasks with its vmid; disable_ha_resource clears an error once it is fixed",
          },
        ];
      }
      if (row.type === "lrm" && /old timestamp|dead/.test(row.status)) {
        return [
          {
            severity: "critical",
            object: `node/${row.node}`,
            problem: "its HA manager is silent",
            evidence: row.status,
            next: "get_node_status; services pve-ha-lrm and watchdog-mux on the node",
          },
        ];
      }
      return [];
    }),
  );
}

/** Replication that fails. */
export async function checkReplication({ call }: Scene): Promise<Finding> {
  const states = await attempt("replication", replicationStates(call));
  const finding = judged(states, ({ byId }) =>
    [...byId].flatMap(([id, row]): readonly Alert[] => {
      const failures = Number(row["fail_count"] ?? 0);
      if (failures === 0 && row["error"] === undefined) return [];
      return [
        {
          severity: "warning",
          object: `replication/${id}`,
          problem: `replication to ${String(row["target"])} fails`,
          evidence: `${failures} failures in a row${row["error"] === undefined ? "" : `: ${String(row["error"]).trim()}`}`,
          next: "list_replication_jobs shows when it last worked",
        },
      ];
    }),
  );
  // Nodes that are offline are an alert of their own.
  const silent = "value" in states ? states.value.notes.filter((note) => !note.includes("it is ")) : [];
  return { alerts: finding.alerts, unchecked: [...finding.unchecked, ...silent] };
}

/** The health that Ceph reports, where there is Ceph. */
export async function checkCeph({ call }: Scene): Promise<Finding> {
  const status = await attempt("Ceph", call.pve.call("GET /cluster/ceph/status", {}, call.watch));
  if (
    "missing" in status &&
    /not installed|not (?:fully )?configured|not enabled|not initialized/.test(status.missing)
  ) {
    return { alerts: [], unchecked: [] };
  }
  return judged(status, ({ health }) => {
    const word = isRecord(health) ? String(health["status"] ?? "") : "";
    if (word === "" || word === "HEALTH_OK") return [];
    const checks: unknown = isRecord(health) ? health["checks"] : undefined;
    const reasons = isRecord(checks)
      ? Object.entries(checks).map(([name, check]) => `${name}: ${summaryOf(check)}`)
      : [];
    return [
      {
        severity: word === "HEALTH_ERR" ? "critical" : "warning",
        object: "ceph",
        problem: `Ceph reports ${word}`,
        evidence: reasons.join("; ") || word,
        next: "ceph health detail on a node says more",
      },
    ];
  });
}

function summaryOf(check: unknown): string {
  const summary = isRecord(check) ? check["summary"] : undefined;
  return isRecord(summary)
    ? String(summary["message"] ?? "")
    : String(isRecord(check) ? (check["severity"] ?? "") : "");
}
