import { tool, toolset } from "../define.js";

/** Certificates of nodes, and the authorities that issue them. */
export const certificates = toolset({
  id: "certificates",
  title: "Certificates",
  tools: {
    list_acme_accounts: tool("GET /cluster/acme/account", {
      title: "List ACME accounts",
      summary: "Lists the accounts with certificate authorities such as Let's Encrypt: contact, state, directory.",
      risk: "read",
      accepts: {},
      recipe: "acme-accounts",
      also: ["GET /cluster/acme/account/{name}"],
      example: {},
    }),
    list_acme_plugins: tool("GET /cluster/acme/plugins", {
      title: "List ACME plugins",
      summary:
        "Lists how domains are proved to a certificate authority: by port 80, or by a DNS service. Without their access data.",
      risk: "read",
      accepts: { type: "type" },
      keep: ["plugin", "type", "api", "nodes", "disable", "validation-delay"],
      example: {},
    }),
    order_node_certificate: tool("POST /nodes/{node}/certificates/acme/certificate", {
      title: "Order a certificate",
      summary:
        "Orders a certificate for the domains in a node's settings (acme, acmedomain0 …: update_node_config) and serves it. Its fingerprint changes: whoever has pinned the old one is cut off.",
      risk: "destroy",
      accepts: { node_name: "node", force: "force" },
      waits: true,
      example: { node_name: "pve1" },
    }),
    renew_node_certificate: tool("PUT /nodes/{node}/certificates/acme/certificate", {
      title: "Renew an ordered certificate",
      summary:
        "Renews a node's ordered certificate, in its last 30 days or with force. Its fingerprint changes: whoever has pinned the old one is cut off.",
      risk: "destroy",
      accepts: { node_name: "node", force: "force" },
      waits: true,
      example: { node_name: "pve1", force: true },
    }),
    upload_node_certificate: tool("POST /nodes/{node}/certificates/custom", {
      title: "Install a certificate of one's own",
      summary:
        "Installs a certificate and its chain on a node. Leave key out where the node has it already: what is given here passes through the conversation. Its fingerprint changes.",
      risk: "destroy",
      accepts: {
        node_name: "node",
        certificates: "certificates",
        key: "key",
        force: "force",
        restart: "restart",
      },
      brief: { certificates: "PEM, chain behind it", key: "Private key, PEM", restart: "Serve it at once" },
      repeatable: true,
      keep: ["filename", "subject", "issuer", "san", "fingerprint", "notbefore", "notafter"],
      example: { node_name: "pve1", certificates: "-----BEGIN CERTIFICATE-----…", restart: true },
    }),
    delete_node_certificate: tool("DELETE /nodes/{node}/certificates/custom", {
      title: "Remove a certificate of one's own",
      summary:
        "Removes a node's ordered or installed certificate with its key; the node's own takes its place. Shows what is gone.",
      risk: "destroy",
      accepts: { node_name: "node", restart: "restart" },
      brief: { restart: "Serve the other at once" },
      recipe: "delete-certificate",
      also: ["GET /nodes/{node}/certificates/info"],
      example: { node_name: "pve1", restart: true },
    }),
  },
});
