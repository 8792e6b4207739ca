import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import {
  assertUnmodified,
  changeSection,
  checkNewSection,
  type OptionKind,
  pickSection,
  type Section,
  type SectionOptions,
  sectionsDigest,
} from "../section-config.js";
import { flag, list, need, number } from "./guest-call.js";
import { underLock } from "./locked.js";
import { currentMetrics } from "./metrics-export.js";

function options(required: string, optional: string): SectionOptions {
  const kinds: Record<string, OptionKind> = {};
  for (const word of required.split(" ")) {
    kinds[word] = "required";
  }
  for (const word of optional.split(" ")) {
    kinds[word] = "optional";
  }
  return kinds;
}

const serverOptions: Readonly<Record<string, SectionOptions>> = {
  graphite: options("server", "port mtu proto timeout path disable"),
  influxdb: options(
    "server port",
    "mtu disable organization bucket token influxdbproto timeout max-body-size api-path-prefix verify-certificate",
  ),
  opentelemetry: options(
    "server",
    "port disable otel-protocol otel-path otel-timeout otel-headers otel-verify-ssl otel-max-body-size otel-resource-attributes otel-compression",
  ),
};

/** A server without the token that lets one write to it. */
function shown({ token: _token, ...server }: Section): Section {
  return server;
}

const listServers: Handler = (call) =>
  [...call.world.metrics.servers]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { type, server, port, disable }]) => ({ id, type, server, port, disable: disable === 1 ? 1 : 0 }));

const create: Handler = (call) => {
  const id = need(call, "id");
  const { servers } = call.world.metrics;
  underLock(undefined, () => {
    if (servers.has(id)) {
      die(`Metric server '${id}' already exists`);
    }
    const { type, ...given } = pickSection(call.params, ["id"]);
    checkNewSection(given, serverOptions[String(type)] ?? {});
    servers.set(id, { type: String(type), ...given });
  });
};

const update: Handler = (call) => {
  const id = need(call, "id");
  const { servers } = call.world.metrics;
  underLock(undefined, () => {
    assertUnmodified(sectionsDigest(servers), call.params["digest"]);
    const server = servers.get(id) ?? die(`no such server '${id}'`);
    const given = pickSection(call.params, ["id", "digest", "delete"]);
    changeSection(server, given, list(call, "delete"), serverOptions[String(server["type"])] ?? {});
  });
};

/** PVE stumbles over a server that is not there instead of saying so. */
const remove: Handler = (call) => {
  if (!call.world.metrics.servers.delete(need(call, "id"))) {
    die("cannot lookup undefined type! at /usr/share/perl5/PVE/API2/Cluster/MetricServer.pm line 295.");
  }
};

function serverOf(call: Call): Section {
  const id = need(call, "id");
  return shown(call.world.metrics.servers.get(id) ?? die(`status server entry '${id}' does not exist`));
}

const exportMetrics: Handler = (call) => {
  const wanted = list(call, "node-list");
  const unknown = wanted.filter((node) => !call.world.nodes.has(node));
  if (unknown.length > 0) {
    die(`Requested node-list contains unknown nodes - ${unknown.join(", ")}`);
  }
  const here = flag(call, "local-only")
    ? [call.world.entry]
    : wanted.length > 0
      ? wanted
      : [...call.world.nodes.keys()];
  const from = number(call, "start-time") ?? 0;
  return { data: currentMetrics(call, here).filter((metric) => metric.timestamp >= from) };
};

/** Where figures are sent, and the figures themselves. */
export const metricsHandlers: Handlers = {
  "GET /cluster/metrics": () => [{ name: "server" }],
  "GET /cluster/metrics/server": listServers,
  "GET /cluster/metrics/server/{id}": serverOf,
  "POST /cluster/metrics/server/{id}": create,
  "PUT /cluster/metrics/server/{id}": update,
  "DELETE /cluster/metrics/server/{id}": remove,
  "GET /cluster/metrics/export": exportMetrics,
};
