import { tool } from "../define.js";

/** What a node is told about itself, and where its software comes from. */
export const nodeSettingTools = {
  update_node_dns: tool("PUT /nodes/{node}/dns", {
    title: "Change a node's name servers",
    summary: "Changes the search domain and name servers of a node and shows them before and after.",
    risk: "change",
    accepts: { node_name: "node", search: "search", dns1: "dns1", dns2: "dns2", dns3: "dns3" },
    optional: ["search", "dns1", "dns2", "dns3"],
    brief: { search: "Search domain", dns1: "", dns2: "", dns3: "" },
    recipe: "update-record",
    shows: "GET /nodes/{node}/dns",
    example: { node_name: "pve1", dns2: "149.112.112.112" },
  }),
  set_node_timezone: tool("PUT /nodes/{node}/time", {
    title: "Set a node's time zone",
    summary: "Sets the time zone of a node. Its clock: get_node_config with include time.",
    risk: "change",
    accepts: { node_name: "node", timezone: "timezone" },
    brief: { timezone: "Such as Europe/Vienna" },
    recipe: "update-record",
    keep: ["timezone"],
    shows: "GET /nodes/{node}/time",
    example: { node_name: "pve1", timezone: "Europe/Vienna" },
  }),
  update_node_hosts: tool("POST /nodes/{node}/hosts", {
    title: "Replace a node's hosts file",
    summary:
      "Replaces /etc/hosts of a node. The whole text is needed: get_node_config with include hosts reads it. A node that no longer finds itself breaks its services.",
    risk: "destroy",
    accepts: { node_name: "node", data: "data", digest: "digest" },
    brief: { data: "The whole file" },
    repeatable: true,
    recipe: "update-record",
    shows: "GET /nodes/{node}/hosts",
    example: { node_name: "pve1", data: "127.0.0.1 localhost\n10.10.10.11 pve1.lab.example pve1\n" },
  }),
  get_node_repositories: tool("GET /nodes/{node}/apt/repositories", {
    title: "Show a node's package repositories",
    summary:
      "Shows where a node gets its packages, what is switched on, which standard repositories are set up, and what is wrong.",
    risk: "read",
    accepts: { node_name: "node" },
    recipe: "repositories",
    example: { node_name: "pve1" },
  }),
  get_node_packages: tool("GET /nodes/{node}/apt/versions", {
    title: "List a node's PVE packages",
    summary: "Lists the versions of the packages that matter to PVE. Pending ones: get_node_apt_updates.",
    risk: "read",
    accepts: { node_name: "node" },
    lists: true,
    keep: ["Package", "OldVersion", "Version", "CurrentState", "RunningKernel"],
    example: { node_name: "pve1" },
  }),
  get_node_subscription: tool("GET /nodes/{node}/subscription", {
    title: "Show a node's subscription",
    summary: "Shows whether a node has a subscription, its level and when it ends. The key is cut short.",
    risk: "read",
    accepts: { node_name: "node" },
    recipe: "subscription",
    example: { node_name: "pve1" },
  }),
  list_metric_servers: tool("GET /cluster/metrics/server", {
    title: "List metric servers",
    summary: "Lists the servers (InfluxDB, Graphite, OpenTelemetry) that the cluster sends its figures to.",
    risk: "read",
    accepts: {},
    keep: ["id", "type", "server", "port", "disable"],
    example: {},
  }),
};
