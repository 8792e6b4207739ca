import type { Answer, Invocation } from "../invocation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema, plain } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

const number: JsonSchema = { type: "number" };
const text: JsonSchema = { type: "string" };

/** What the nodes look like side by side. */
export const clusterNodesOutput = openObject(
  {
    cluster: { ...text, description: "Name of the cluster; absent on a standalone node." },
    quorate: { type: "boolean", description: "Whether enough votes are present; without them nothing can be changed." },
    nodes: listOf(
      openObject(
        {
          node: text,
          online: { type: "boolean" },
          ip: text,
          votes: { ...number, description: "Quorum votes." },
          version: { ...text, description: "Release of pve-manager." },
          kernel: text,
          cpu: { ...number, description: "Share of all processors in use, 0 to 1." },
          maxcpu: number,
          loadavg: { type: "array", description: "Over 1, 5 and 15 minutes." },
          mem: { ...number, description: "Bytes in use." },
          maxmem: number,
          uptime: { ...number, description: "Seconds." },
        },
        ["node"],
      ),
    ),
    notes: notesSchema,
  },
  ["nodes"],
);

/** Every node with what the cluster, the node list and the node itself say about it. */
export async function clusterNodes(call: Invocation): Promise<Answer> {
  const { pve, watch } = call;
  const [list, status, config] = await Promise.all([
    pve.call("GET /nodes", {}, watch),
    attempt("the quorum", pve.call("GET /cluster/status", {}, watch)),
    attempt("the quorum votes", pve.call("GET /cluster/config/nodes", {}, watch)),
  ]);
  const entries = foundOf(status) ?? [];
  const cluster = entries.find((entry) => entry.type === "cluster");
  const votes = new Map((foundOf(config) ?? []).map((row) => [row.node, votesOf(row)]));
  const nodes = await Promise.all(
    [...list]
      .sort((a, b) => (a.node < b.node ? -1 : 1))
      .map(async (row) => {
        const online = row.status === "online";
        const own = online
          ? await attempt(`the version of ${row.node}`, pve.call("GET /nodes/{node}/status", { node: row.node }, watch))
          : undefined;
        const details = own === undefined ? undefined : foundOf(own);
        const ip = entries.find((entry) => entry.type === "node" && entry.name === row.node)?.ip;
        const { node, cpu, maxcpu, mem, maxmem, uptime } = row;
        const version = details?.pveversion.split("/")[1];
        const kernel = details?.["current-kernel"]?.release;
        const fields = {
          node,
          online,
          ip,
          votes: votes.get(node),
          version,
          kernel,
          cpu,
          maxcpu,
          loadavg: details?.loadavg,
          mem,
          maxmem,
          uptime,
        };
        return { fields: plain(fields), missing: own === undefined ? [] : missingOf([own]) };
      }),
  );
  const notes = [
    ...missingOf(cluster === undefined ? [status] : [status, config]),
    ...nodes.flatMap((node) => node.missing),
  ];
  return {
    ...(cluster?.name !== undefined && { cluster: cluster.name }),
    ...(cluster?.quorate !== undefined && { quorate: cluster.quorate }),
    nodes: nodes.map((node) => node.fields),
    ...(notes.length > 0 && { notes }),
  };
}

/** PVE passes the votes on as corosync writes them: as text. */
function votesOf(row: object): number | undefined {
  const votes = "quorum_votes" in row ? Number(row.quorum_votes) : Number.NaN;
  return Number.isFinite(votes) ? votes : undefined;
}
