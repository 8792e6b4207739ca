import type { Answer, Invocation } from "../invocation.js";
import { isRecord, openObject } from "../schema.js";
import { notesSchema, plain } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { namesIn } from "./names-in.js";

const open = { type: "object" } as const;

/** The settings of a node, with its name service, clock and hosts file where they were asked for. */
export const nodeConfigOutput = openObject(
  {
    node: { type: "string" },
    config: { ...open, description: "Node settings of PVE: description, wakeonlan, acme …" },
    digest: {
      type: "string",
      description: "Given to update_node_config, it refuses to overwrite somebody else's change.",
    },
    dns: open,
    time: open,
    hosts: { type: "string", description: "The text of /etc/hosts." },
    notes: notesSchema,
  },
  ["node", "config"],
);

/** Reads the settings of a node and what was asked for besides. */
export async function nodeConfig(call: Invocation): Promise<Answer> {
  const node = String(call.params["node"]);
  const wanted = new Set(namesIn(call.args["include"]));
  const { pve, watch } = call;
  const [config, dns, time, hosts] = await Promise.all([
    pve.call("GET /nodes/{node}/config", { node }, watch),
    wanted.has("dns") ? attempt("the name service", pve.call("GET /nodes/{node}/dns", { node }, watch)) : undefined,
    wanted.has("time") ? attempt("the clock", pve.call("GET /nodes/{node}/time", { node }, watch)) : undefined,
    wanted.has("hosts") ? attempt("/etc/hosts", pve.call("GET /nodes/{node}/hosts", { node }, watch)) : undefined,
  ]);
  const { digest, ...settings } = config;
  const notes = missingOf([dns, time, hosts].filter((one) => one !== undefined));
  const found = { dns: dns && foundOf(dns), time: time && foundOf(time), hosts: hosts && foundOf(hosts) };
  return {
    node,
    config: plain(settings),
    ...(digest !== undefined && { digest }),
    ...(isRecord(found.dns) && { dns: plain(found.dns) }),
    ...(isRecord(found.time) && { time: plain(found.time) }),
    ...(found.hosts !== undefined && { hosts: found.hosts.data }),
    ...(notes.length > 0 && { notes }),
  };
}
