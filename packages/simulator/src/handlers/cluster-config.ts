import { createHash } from "node:crypto";
import { die, PveFailure } from "../failure.js";
import type { Call, Handler, Handlers, TaskStep } from "../handler.js";
import type { Node, World } from "../world.js";
import { parseOption } from "../world-option.js";
import { flag, need, number, text } from "./guest-call.js";
import { underLock } from "./locked.js";

type Texts = Readonly<Record<string, string>>;

/** The node list of corosync.conf, whose values are texts. */
function nodeList({ nodes }: World): Texts[] {
  return [...nodes.values()].map(({ node, nodeid, ip, votes }) => ({
    name: node,
    nodeid: String(nodeid),
    ring0_addr: ip,
    quorum_votes: String(votes ?? 1),
  }));
}

function totem({ cluster }: World): Record<string, unknown> | undefined {
  return cluster === undefined
    ? undefined
    : {
        cluster_name: cluster.name,
        config_version: String(cluster.version),
        interface: { "0": { linknumber: "0" } },
        ip_version: "ipv4-6",
        link_mode: "passive",
        secauth: "on",
        token_coefficient: "125",
        version: "2",
      };
}

/** The file as corosync reads it. */
function corosyncConf(world: World): string {
  const section = (name: string, lines: readonly string[]): string =>
    `${name} {\n${lines.map((line) => `  ${line}`).join("\n")}\n}\n`;
  const nodes = nodeList(world).map((node) => {
    const lines = Object.entries(node).map(([key, value]) => `    ${key}: ${value}`);
    return `node {\n${lines.toSorted().join("\n")}\n  }`;
  });
  const { interface: _interface, ...plain } = totem(world) ?? {};
  return [
    section("logging", ["debug: off", "to_syslog: yes"]),
    section("nodelist", nodes),
    section("quorum", ["provider: corosync_votequorum"]),
    section("totem", [
      ...Object.entries(plain).map(([key, value]) => `${key}: ${String(value)}`),
      "interface {\n    linknumber: 0\n  }",
    ]),
  ].join("\n");
}

const create: Handler = (call) => {
  const { world } = call;
  const name = need(call, "clustername");
  if (world.cluster !== undefined) {
    die("cluster config '/etc/pve/corosync.conf' already exists");
  }
  return call.startTask({
    node: world.entry,
    type: "clustercreate",
    id: name,
    *work() {
      yield { log: "Corosync Cluster Engine Authentication key generator." };
      yield { ms: 500, log: "Gathering 2048 bits for key from /dev/urandom." };
      yield { log: "Writing corosync key to /etc/corosync/authkey." };
      yield { log: "Writing corosync config to /etc/pve/corosync.conf" };
      yield { ms: 2000, log: "Restart corosync and cluster filesystem" };
      world.cluster = { name, version: 1 };
    },
  });
};

/** What keeps a node from joining a cluster. */
function obstacles({ cluster, guests }: World): string[] {
  const found = [
    "authentication key '/etc/corosync/authkey' already exists",
    "cluster config '/etc/pve/corosync.conf' already exists",
  ];
  return [
    ...(cluster === undefined ? [] : found),
    ...(guests.size > 0 ? ["this host already contains virtual guests"] : []),
  ];
}

/** Joining needs the other cluster, which is not there: the task ends where it would be called. */
const join: Handler = (call) =>
  call.startTask({ node: call.world.entry, type: "clusterjoin", id: "", work: () => joinWork(call) });

function* joinWork(call: Call): Generator<TaskStep, void, void> {
  const found = obstacles(call.world);
  if (found.length > 0) {
    yield { log: `detected the following error(s):\n${found.map((line) => `* ${line}`).join("\n")}` };
    die("Check if node may join a cluster failed!");
  }
  const host = need(call, "hostname");
  yield { ms: 1000, log: `Establishing API connection with host '${host}'` };
  die(`500 Can't connect to ${host}:8006 (Name or service not known)`);
}

const joinInfo: Handler = (call) => {
  const { world } = call;
  if (world.cluster === undefined) {
    throw new PveFailure(424, "node is not in a cluster, no join info available!");
  }
  const asked = text(call, "node");
  const preferred = asked === undefined || asked === "current connected node" ? world.entry : asked;
  if (!world.nodes.has(preferred)) {
    die(`unknown node '${preferred}'`);
  }
  const nodelist = nodeList(world).map((node) => {
    const known = world.nodes.get(node["name"] ?? "");
    return { ...node, pve_addr: known?.ip, pve_fp: known?.fingerprint };
  });
  const config_digest = createHash("sha1").update(corosyncConf(world)).digest("hex");
  return { preferred_node: preferred, nodelist, totem: totem(world), config_digest };
};

function freeId(world: World): number {
  const taken = new Set([...world.nodes.values()].map(({ nodeid }) => nodeid));
  let id = 1;
  while (taken.has(id)) {
    id += 1;
  }
  return id;
}

/** Writes a node into the cluster's configuration; it stays offline, as nothing in the simulator then joins. */
const addNode: Handler = (call) => {
  const { world } = call;
  const cluster = world.cluster ?? die("cluster config '/etc/pve/corosync.conf' does not exist");
  const name = need(call, "node");
  underLock(undefined, () => {
    const ip = parseOption(text(call, "link0") ?? "", "address")["address"] ?? text(call, "new_node_ip");
    if (ip === undefined) {
      return die("no links and no fallback ip (new_node_ip) given, cannot join cluster");
    }
    const before = world.nodes.get(name);
    if (before !== undefined && !flag(call, "force")) {
      die(`can't add existing node '${name}'`);
    }
    const other = [...world.nodes.values()].find((node) => node.ip === ip && node.node !== name);
    if (other !== undefined) {
      die(`corosync: address '${ip}' already used on link 0 by node '${other.node}'`);
    }
    world.nodes.set(name, before ?? newNode(call, name, ip));
    cluster.version += 1;
  });
  const octets = Array.from({ length: 256 }, () => world.random.integer(256));
  return { corosync_authkey: String.fromCharCode(...octets), corosync_conf: corosyncConf(world), warnings: [] };
};

/** The machine behind the name is taken to be like the one that answers. */
function newNode(call: Call, node: string, ip: string): Node {
  const { world } = call;
  const like = world.nodes.get(world.entry) ?? die(`unknown node '${world.entry}'`);
  const pairs = Array.from({ length: 32 }, () => world.random.integer(256).toString(16).padStart(2, "0"));
  return {
    ...like,
    node,
    ip,
    nodeid: number(call, "nodeid") ?? freeId(world),
    votes: number(call, "votes") ?? 1,
    online: false,
    awaited: true,
    bridges: [...like.bridges],
    fingerprint: pairs.join(":").toUpperCase(),
  };
}

const removeNode: Handler = (call) => {
  const { world } = call;
  const name = need(call, "node");
  if (name === world.entry) {
    die("Cannot delete myself from cluster!");
  }
  if (world.cluster === undefined || !world.nodes.delete(name)) {
    return die(`Node/IP: ${name} is not a known host of the cluster.`);
  }
  world.cluster.version += 1;
};

const index = "nodes totem join qdevice apiversion";

/** The cluster as corosync knows it. */
export const clusterConfigHandlers: Handlers = {
  "GET /cluster/config": () => index.split(" ").map((name) => ({ name })),
  "POST /cluster/config": create,
  "GET /cluster/config/apiversion": () => "1",
  "GET /cluster/config/join": joinInfo,
  "POST /cluster/config/join": join,
  "GET /cluster/config/nodes": ({ world }) =>
    world.cluster === undefined ? [] : nodeList(world).map((node) => ({ ...node, node: node["name"] })),
  "POST /cluster/config/nodes/{node}": addNode,
  "DELETE /cluster/config/nodes/{node}": removeNode,
  "GET /cluster/config/qdevice": () => ({}),
  "GET /cluster/config/totem": ({ world }) => totem(world),
};
