import { PveError } from "@pve/client";
import type { Check } from "./finding.js";

/** Whether the cluster has quorum and all its nodes. */
export const quorum: Check = async ({ client }) => {
  try {
    const entries = await client.call("GET /cluster/status");
    const cluster = entries.find(({ type }) => type === "cluster");
    const away = entries.filter(({ type, online }) => type === "node" && online === false).map(({ name }) => name);
    const missing =
      away.length === 0 ? [] : [{ check: "nodes", state: "warning", text: `not online: ${away.join(", ")}` } as const];
    if (cluster === undefined) return [{ check: "quorum", state: "ok", text: "one node, on its own" }, ...missing];
    if (cluster.quorate === true)
      return [{ check: "quorum", state: "ok", text: `${cluster.name} is quorate` }, ...missing];
    return [
      {
        check: "quorum",
        state: "failed",
        text: `${cluster.name} has no quorum: nothing can be changed, and guests cannot be started`,
        remedy: 'Bring nodes back; "pvecm status" on a node shows the votes.',
      },
      ...missing,
    ];
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    return [{ check: "quorum", state: "unknown", text: `it could not be asked for: ${error.message}` }];
  }
};
