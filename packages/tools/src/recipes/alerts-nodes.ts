import type { ResultOf } from "@pve/client";
import { isRecord } from "../schema.js";
import { isoOf } from "../time.js";
import { type Alert, type Finding, perNode, type Scene } from "./alert.js";

const DAY = 86_400;
const WEEK = 7 * DAY;
/** Days before its end at which a certificate is mentioned. */
const SOON = 30;
const VITAL = new Set(["pve-cluster", "corosync", "pvedaemon", "pveproxy", "pvestatd"]);

/**
 * Tasks that failed since then and have not worked since, each kind on each object once. A backup counts for a week:
 * the last one matters, however long ago it was.
 */
export async function checkTasks(scene: Scene, since: number): Promise<Finding> {
  const { call, now } = scene;
  const from = Math.min(since, Math.floor(now) - WEEK);
  return perNode(
    scene,
    "the tasks",
    (node) => call.pve.call("GET /nodes/{node}/tasks", { node, since: from, limit: 5000 }, call.watch),
    (node, rows) => {
      const runs = new Map<string, Ended[]>();
      for (const row of [...rows].sort((a, b) => a.starttime - b.starttime)) {
        const key = `${row.type} ${row.id}`;
        if (row.endtime !== undefined) runs.set(key, [...(runs.get(key) ?? []), row]);
      }
      return [...runs.values()].flatMap((ended) => failedRun(node, ended, since));
    },
  );
}

type Ended = ResultOf<"GET /nodes/{node}/tasks">[number];

function failedRun(node: string, ended: readonly Ended[], since: number): readonly Alert[] {
  const last = ended.at(-1);
  if (last === undefined || !hasFailed(last)) return [];
  const { type, id, status = "", starttime, upid } = last;
  const backup = type === "vzdump";
  if (!backup && starttime < since) return [];
  const inRow = ended.length - 1 - ended.findLastIndex((run) => !hasFailed(run));
  return [
    {
      severity: backup ? "critical" : "warning",
      object: id === "" ? `node/${node}` : /^\d+$/.test(id) ? `guest/${id}` : id,
      problem: backup ? "the last backup failed" : `task ${type} failed`,
      evidence: `${status} (${isoOf(starttime)} on ${node}${inRow > 1 ? `, ${inRow} times in a row` : ""})`,
      next: `get_task_log with task_id ${upid}`,
    },
  ];
}

function hasFailed({ status = "" }: Ended): boolean {
  return status !== "OK" && !/^(?:WARNINGS|unexpected status|interrupted)/.test(status);
}

/** Services that should run and do not; without the first few a node is as good as lost. */
export async function checkServices(scene: Scene): Promise<Finding> {
  const { call } = scene;
  const alone = scene.nodes.length === 1;
  return perNode(
    scene,
    "the services",
    (node) => call.pve.call("GET /nodes/{node}/services", { node }, call.watch),
    (node, rows) =>
      rows
        .filter((row) => row["unit-state"] === "enabled" && /^(?:failed|inactive)$/.test(row["active-state"]))
        .filter((row) => row.state !== "exited" && !(alone && row.service === "corosync"))
        .map(
          ({ service, desc, state }): Alert => ({
            severity: VITAL.has(service) ? "critical" : "warning",
            object: `node/${node}`,
            problem: `the service ${service} does not run`,
            evidence: `${desc}: ${state}`,
            next: `get_node_logs with node_name ${node} and service ${service}`,
          }),
        ),
  );
}

/** Certificates that have expired or are about to. */
export async function checkCertificates(scene: Scene): Promise<Finding> {
  const { call, now } = scene;
  return perNode(
    scene,
    "the certificates",
    (node) => call.pve.call("GET /nodes/{node}/certificates/info", { node }, call.watch),
    (node, rows) =>
      rows.flatMap(({ filename, notafter }): readonly Alert[] => {
        const days = notafter === undefined ? SOON : Math.floor((notafter - now) / DAY);
        if (days >= SOON || notafter === undefined) return [];
        return [
          {
            severity: days < 0 ? "critical" : "warning",
            object: `node/${node}`,
            problem: days < 0 ? "a certificate has expired" : "a certificate is about to expire",
            evidence: `${filename ?? "certificate"}: ${isoOf(notafter)} (${days} days)`,
            next:
              filename === "pve-ssl.pem"
                ? `get_node_cert with node_name ${node}; a person makes it anew there: pvecm updatecerts --force`
                : `get_node_cert with node_name ${node}; renew_node_certificate if ACME issued it, else upload_node_certificate`,
          },
        ];
      }),
  );
}

/** Updates that wait, one alert per node; those that mend security weigh more. */
export async function checkUpdates(scene: Scene): Promise<Finding> {
  const { call } = scene;
  return perNode(
    scene,
    "the pending updates",
    (node) => call.pve.call("GET /nodes/{node}/apt/update", { node }, call.watch),
    (node, rows) => {
      if (rows.length === 0) return [];
      const mending = rows.filter((row) => /security/i.test(`${row.Origin} ${row.Section}`)).length;
      const names = rows.slice(0, 5).map((row) => row.Package);
      return [
        {
          severity: mending > 0 ? "warning" : "info",
          object: `node/${node}`,
          problem: mending > 0 ? "security updates are pending" : "updates are pending",
          evidence: `${rows.length} packages (${names.join(", ")}${rows.length > names.length ? " …" : ""})`,
          next: `get_node_apt_updates with node_name ${node}`,
        },
      ];
    },
  );
}

/** Subscriptions that are missing or no longer good. */
export async function checkSubscriptions(scene: Scene): Promise<Finding> {
  const { call } = scene;
  return perNode(
    scene,
    "the subscription",
    (node) => call.pve.call("GET /nodes/{node}/subscription", { node }, call.watch),
    (node, { status, message, nextduedate }) => {
      if (status === "active") return [];
      const words = [message, nextduedate === undefined ? undefined : `due ${nextduedate}`].filter(isText);
      return [
        {
          severity: status === "notfound" || status === "new" ? "info" : "warning",
          object: `node/${node}`,
          problem: status === "notfound" ? "no subscription" : `the subscription is ${status}`,
          evidence: words.join("; ") || `status ${status}`,
          next: "without one, updates come from the no-subscription repository",
        },
      ];
    },
  );
}

/** Disks whose own check says that they fail. */
export async function checkDisks(scene: Scene): Promise<Finding> {
  const { call } = scene;
  return perNode(
    scene,
    "the disks",
    (node) => call.pve.call("GET /nodes/{node}/disks/list", { node }, call.watch),
    (node, rows) =>
      rows
        .filter(({ health }) => isText(health) && !/^(?:PASSED|OK|UNKNOWN)$/i.test(health))
        .map(
          ({ devpath, health, model, serial }): Alert => ({
            severity: "critical",
            object: `node/${node}`,
            problem: `the disk ${devpath} fails its own check`,
            evidence: [`SMART ${String(health)}`, model, serial].filter(isText).join(", "),
            next: `get_node_disks with node_name ${node} shows what uses it`,
          }),
        ),
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !isRecord(value);
}
