import { type Parameter, tool, toolset } from "../define.js";

const members = {
  type: ["array", "string"],
  description: "Guests by VMID and storages by name, comma-separated.",
  items: { type: "string" },
} as const satisfies Parameter;

/** Resource pools: guests and storages that are granted together. */
export const pools = toolset({
  id: "pools",
  title: "Pools",
  tools: {
    list_pools: tool("GET /pools", {
      title: "List pools",
      summary: "Lists resource pools: groups of guests and storages that permissions are granted on as one.",
      risk: "read",
      accepts: {},
      keep: ["poolid", "comment"],
      example: {},
    }),
    get_pool: tool("GET /pools", {
      title: "Show a pool",
      summary:
        "Shows one pool: its comment, the VMIDs and the storages in it. For the state of its members use get_pool_members.",
      risk: "read",
      accepts: { poolid: { for: "poolid", type: "string", description: "The pool's name.", required: true } },
      recipe: "pool",
      example: { poolid: "prod" },
    }),
    get_pool_members: tool("GET /pools", {
      title: "List a pool's members",
      summary: "Lists the guests and storages of one pool with node, state and size.",
      risk: "read",
      accepts: { poolid: { for: "poolid", type: "string", description: "The pool's name.", required: true } },
      lists: true,
      recipe: "pool-members",
      example: { poolid: "prod" },
    }),
    create_pool: tool("POST /pools", {
      title: "Create a pool",
      summary: "Creates a resource pool, with members if some are named. A guest can be in one pool only.",
      risk: "change",
      accepts: { poolid: "poolid", comment: "comment", members },
      recipe: "create-pool",
      also: ["PUT /pools", "GET /pools"],
      passes: ["vms", "storage"],
      example: { poolid: "lab", comment: "for trying things out", members: "103,203" },
    }),
    update_pool: tool("PUT /pools", {
      title: "Change a pool",
      summary:
        "Changes the comment of a pool and adds members, or takes them out with delete; they themselves stay. allow-move takes a guest out of the pool it is in.",
      risk: "change",
      accepts: {
        poolid: "poolid",
        comment: "comment",
        members,
        delete: { type: "boolean", description: "Take the members out instead of adding them.", default: false },
        "allow-move": "allow-move",
      },
      recipe: "update-pool",
      also: ["GET /pools"],
      passes: ["vms", "storage"],
      example: { poolid: "dev", members: "103" },
    }),
    delete_pool: tool("DELETE /pools", {
      title: "Delete a pool",
      summary:
        "Deletes an empty pool with the permissions granted on it. One with members is refused, and they are named.",
      risk: "destroy",
      accepts: { poolid: "poolid" },
      recipe: "delete-pool",
      also: ["GET /pools"],
      example: { poolid: "lab" },
    }),
  },
});
