import type { ResultOf } from "@pve/client";
import type { Answer, Invocation } from "../invocation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema, plain } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

type Entry = ResultOf<"GET /cluster/ha/status/current">[number];

const text: JsonSchema = { type: "string" };

/** How high availability is doing. */
export const haStatusOutput = openObject(
  {
    quorate: { type: "boolean" },
    master: { ...text, description: "The node whose manager decides, with its state." },
    armed: { ...text, description: "Whether nodes fence themselves; PVE 9.2 and later." },
    nodes: listOf(openObject({ node: text, status: text })),
    resources: listOf(
      openObject({
        sid: text,
        node: text,
        state: { ...text, description: "What the manager has it in: started, stopped, error, fence …" },
        request_state: { ...text, description: "What was asked for." },
        max_restart: { type: "number" },
        max_relocate: { type: "number" },
        comment: text,
      }),
      "Guests it looks after.",
    ),
    problems: listOf(text, "What wants attention."),
    notes: notesSchema,
  },
  ["nodes", "resources", "problems"],
);

/** Quorum, the manager, every node's part of it, and the guests it looks after. */
export async function haStatus(call: Invocation): Promise<Answer> {
  const [entries, details] = await Promise.all([
    call.pve.call("GET /cluster/ha/status/current", {}, call.watch),
    attempt("the manager's own state", call.pve.call("GET /cluster/ha/status/manager_status", {}, call.watch)),
  ]);
  const of = (type: string) => entries.filter((entry) => entry.type === type);
  const [quorum] = of("quorum");
  const [master] = of("master");
  const [fencing] = of("fencing");
  const services = of("service");
  const notes = [
    ...(services.length === 0 ? ["HA looks after no guest, or after none that the token may see."] : []),
    ...missingOf([details]),
  ];
  const manager = foundOf(details)?.manager_status;
  return {
    ...(quorum?.quorate !== undefined && { quorate: quorum.quorate }),
    ...(master !== undefined && { master: master.status }),
    ...(fencing?.["armed-state"] !== undefined && { armed: fencing["armed-state"] }),
    nodes: of("lrm").map((entry) => ({ node: entry.node, status: statusOf(entry) })),
    resources: services.map(showService),
    problems: problemsIn(entries, manager),
    ...(notes.length > 0 && { notes }),
  };
}

/** `pve1 (idle, watchdog standby, Mon Jun  1 …)` without the name in front. */
function statusOf({ node, status }: Entry): string {
  return status.startsWith(`${node} (`) ? status.slice(node.length + 2).replace(/\)$/, "") : status;
}

function showService(entry: Entry) {
  const { sid, node, state, crm_state, request_state, max_restart, max_relocate, comment } = entry;
  return plain({ sid, node, state: crm_state ?? state, request_state, max_restart, max_relocate, comment });
}

function problemsIn(entries: readonly Entry[], manager: unknown): readonly string[] {
  const asked = entries.flatMap((entry) => {
    if (entry.type === "quorum" && entry.quorate === false) return ["The cluster has no quorum: HA can do nothing."];
    if (entry.type === "service" && /error|fence|recovery/.test(entry.crm_state ?? entry.state ?? "")) {
      return [`${entry.sid ?? entry.id} is in state ${entry.crm_state ?? entry.state ?? "unknown"}: ${entry.status}`];
    }
    if (entry.type === "lrm" && /old timestamp|dead/.test(entry.status))
      return [`The manager of ${entry.node} is silent: ${entry.status}`];
    return [];
  });
  const states: unknown =
    manager !== null && typeof manager === "object" && "node_status" in manager ? manager.node_status : {};
  const fenced = Object.entries(Object(states)).filter(([, state]) => state === "fence" || state === "unknown");
  return [...asked, ...fenced.map(([node, state]) => `Node ${node} is in state ${String(state)} for the manager.`)];
}
