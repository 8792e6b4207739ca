import { type Answer, type Invocation, textOf } from "../invocation.js";
import { isRecord, type JsonSchema, listOf, openObject } from "../schema.js";
import { epochOf } from "../time.js";
import { notesSchema } from "../window.js";
import type { Alert, Finding, Scene, Severity } from "./alert.js";
import { checkBackups } from "./alerts-backups.js";
import { checkCeph, checkHa, checkMembers, checkReplication } from "./alerts-cluster.js";
import { checkGuests, checkLocks, checkStorages } from "./alerts-guests.js";
import {
  checkCertificates,
  checkDisks,
  checkServices,
  checkSubscriptions,
  checkTasks,
  checkUpdates,
} from "./alerts-nodes.js";

const text: JsonSchema = { type: "string" };
const ORDER: readonly Severity[] = ["critical", "warning", "info"];
const MOST = 100;

/** What wants attention, and what could not be looked at. */
export const alertsOutput = openObject(
  {
    counts: { type: "object", description: "By severity.", additionalProperties: { type: "integer" } },
    alerts: listOf(
      openObject(
        {
          severity: { type: "string", enum: ORDER },
          object: { ...text, description: "What it is about." },
          problem: text,
          evidence: { ...text, description: "What PVE said." },
          next: { ...text, description: "What to look at next." },
        },
        ["severity", "object", "problem", "evidence", "next"],
      ),
      "The worst first.",
    ),
    complete: { type: "boolean", description: "Everything could be checked." },
    unchecked: listOf(text, "What could not be checked, and why: nothing is known about it."),
    notes: notesSchema,
  },
  ["counts", "alerts", "complete", "unchecked"],
);

/** Looks everywhere trouble shows and lists it. A check that is refused is named, never taken for good news. */
export async function alerts(call: Invocation): Promise<Answer> {
  const scene = await openScene(call);
  const since = epochOf("since", textOf(call.args, "since") ?? "24h", call.now());
  const findings = await Promise.all<Finding>([
    checkMembers(scene),
    checkHa(scene),
    checkCeph(scene),
    checkReplication(scene),
    checkStorages(scene),
    checkGuests(scene),
    checkLocks(scene),
    checkBackups(scene),
    checkTasks(scene, since),
    checkCertificates(scene),
    checkUpdates(scene),
    checkSubscriptions(scene),
    checkDisks(scene),
    checkServices(scene),
    checkSight(call),
  ]);
  const offline = scene.nodes.filter((row) => row.status !== "online").map((row) => row.node);
  const unchecked = [
    ...findings.flatMap((finding) => finding.unchecked),
    ...offline.map(
      (node) => `tasks, certificates, updates, subscription, services and disks of ${node}: it does not answer`,
    ),
  ];
  return answer(
    call,
    findings.flatMap((finding) => finding.alerts),
    unchecked,
  );
}

/** Without Sys.Audit on everything, PVE leaves out of its lists what the caller may not see, and does not say so. */
async function checkSight(call: Invocation): Promise<Finding> {
  const granted = await call.pve.call("GET /access/permissions", { path: "/" }, call.watch);
  const root: unknown = Object(granted)["/"];
  const sees = isRecord(root) && root["Sys.Audit"] !== undefined;
  return {
    alerts: [],
    unchecked: sees ? [] : ["guests, storages and tasks that the token may not see: it lacks Sys.Audit on /"],
  };
}

async function openScene(call: Invocation): Promise<Scene> {
  const [resources, nodes] = await Promise.all([
    call.pve.call("GET /cluster/resources", {}, call.watch),
    call.pve.call("GET /nodes", {}, call.watch),
  ]);
  const online = nodes.filter((row) => row.status === "online").map((row) => row.node);
  return { call, resources, nodes, online: online.sort(), now: call.now() / 1000 };
}

function answer(call: Invocation, found: readonly Alert[], unchecked: readonly string[]): Answer {
  const least = ORDER.findIndex((severity) => severity === (textOf(call.args, "severity") ?? "info"));
  const wanted = found
    .filter((alert) => ORDER.indexOf(alert.severity) <= least)
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || (a.object < b.object ? -1 : 1));
  const counts = Object.fromEntries(
    ORDER.map((severity) => [severity, found.filter((alert) => alert.severity === severity).length]),
  );
  const notes = [
    ...(wanted.length > MOST ? [`The worst ${MOST} of ${wanted.length}; severity narrows them down.`] : []),
    ...(unchecked.length > 0
      ? ["Not everything could be checked: what is missing here may be in trouble all the same."]
      : []),
  ];
  return {
    counts,
    alerts: wanted.slice(0, MOST).map((alert) => ({ ...alert })),
    complete: unchecked.length === 0,
    unchecked,
    ...(notes.length > 0 && { notes }),
  };
}
