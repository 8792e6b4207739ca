import { tool } from "../define.js";

/** Certificates and updates of nodes. */
export const nodeUpdateTools = {
  get_node_cert: tool("GET /nodes/{node}/certificates/info", {
    title: "Show a node's certificates",
    summary:
      "Shows the certificates of a node: names, issuer, fingerprint for pinning, and how many days they are good for.",
    risk: "read",
    accepts: { node_name: "node" },
    recipe: "node-certificates",
    example: { node_name: "pve1" },
  }),
  get_node_apt_updates: tool("GET /nodes/{node}/apt/update", {
    title: "List a node's pending updates",
    summary:
      "Lists packages with newer versions, as of the last refresh of the node's package index. apply_node_updates refreshes it first.",
    risk: "read",
    accepts: { node_name: "node" },
    lists: true,
    keep: ["Package", "OldVersion", "Version", "Origin", "Section", "Title"],
    example: { node_name: "pve1" },
  }),
  apply_node_updates: tool("POST /nodes/{node}/apt/update", {
    title: "Install a node's updates",
    summary:
      "Refreshes a node's package index, lists what waits and installs it, where the operator lets this server open PVE's upgrade terminal; otherwise the answer says how. Then a new kernel needs reboot_node.",
    risk: "destroy",
    accepts: {
      node_name: "node",
      install: { type: "boolean", description: "false: only refresh and list.", default: true },
    },
    waits: true,
    repeatable: true,
    recipe: "apply-updates",
    also: ["GET /nodes/{node}/apt/update", "POST /nodes/{node}/termproxy", "GET /nodes/{node}/vncwebsocket"],
    example: { node_name: "pve1" },
  }),
};
