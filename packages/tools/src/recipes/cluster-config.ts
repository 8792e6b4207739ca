import type { Answer, Invocation } from "../invocation.js";
import { isRecord, type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema, plain } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

const text: JsonSchema = { type: "string" };

/** How the cluster holds together. */
export const clusterConfigOutput = openObject(
  {
    clustered: { type: "boolean", description: "False for a node that stands alone." },
    cluster: { ...text, description: "Its name." },
    nodes: listOf(
      openObject({ node: text, nodeid: { type: "number" }, quorum_votes: { type: "number" }, ring0_addr: text }, [
        "node",
      ]),
      "Members as corosync knows them, with the addresses of their links.",
    ),
    totem: { type: "object", description: "Corosync's own settings: links, version, secauth." },
    qdevice: { type: "object", description: "State of an external vote, where there is one." },
    apiversion: { type: "integer", description: "Version of the join procedure." },
    notes: notesSchema,
  },
  ["clustered", "nodes"],
);

/** Members, links and votes. A standalone node is a normal answer. */
export async function clusterConfig(call: Invocation): Promise<Answer> {
  const { pve, watch } = call;
  const status = await pve.call("GET /cluster/status", {}, watch);
  const cluster = status.find((entry) => entry.type === "cluster");
  if (cluster === undefined) {
    const nodes = status.filter((entry) => entry.type === "node").map(({ name, ip }) => plain({ node: name, ip }));
    return { clustered: false, nodes, notes: ["The node stands alone: there is no cluster to configure."] };
  }
  const [nodes, totem, qdevice, version] = await Promise.all([
    attempt("the members", pve.call("GET /cluster/config/nodes", {}, watch)),
    attempt("totem", pve.call("GET /cluster/config/totem", {}, watch)),
    attempt("the external vote", pve.call("GET /cluster/config/qdevice", {}, watch)),
    attempt("the version of the join procedure", pve.call("GET /cluster/config/apiversion", {}, watch)),
  ]);
  const notes = missingOf([nodes, totem, qdevice, version]);
  const vote: unknown = foundOf(qdevice);
  const links: unknown = foundOf(totem);
  const apiversion = foundOf(version);
  return {
    clustered: true,
    cluster: cluster.name,
    nodes: (foundOf(nodes) ?? []).map((row) => plain({ ...row, name: undefined })),
    ...(isRecord(links) && { totem: plain(links) }),
    ...(isRecord(vote) && Object.keys(vote).length > 0 && { qdevice: plain(vote) }),
    ...(apiversion !== undefined && { apiversion: Number(apiversion) }),
    ...(notes.length > 0 && { notes }),
  };
}
