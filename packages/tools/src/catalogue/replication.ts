import { tool, toolset } from "../define.js";

/** Storage replication: copies of ZFS disks on another node. */
export const replication = toolset({
  id: "replication",
  title: "Replication",
  tools: {
    list_replication_jobs: tool("GET /cluster/replication", {
      title: "List replication jobs",
      summary:
        "Lists replication jobs: which guest is copied where and how often, when it last worked, and what fails.",
      risk: "read",
      accepts: {},
      recipe: "replication-jobs",
      also: ["GET /nodes", "GET /nodes/{node}/replication"],
      tries: ["GET /nodes/{node}/replication"],
      example: {},
    }),
    create_replication_job: tool("POST /cluster/replication", {
      title: "Create a replication job",
      summary:
        "Has the disks of a guest copied to another node at regular times, every 15 minutes unless schedule says otherwise. Works for disks on ZFS with a storage of the same name on both nodes.",
      risk: "change",
      accepts: {
        vmid: { type: "integer", description: "The guest.", minimum: 100, maximum: 999_999_999 },
        target_node: "target",
        schedule: "schedule",
        rate: "rate",
        comment: "comment",
        disable: "disable",
        id: "id",
      },
      optional: ["id"],
      fixed: { type: "local" },
      recipe: "create-replication",
      also: ["GET /cluster/resources", "GET /cluster/replication", "GET /cluster/replication/{id}"],
      example: { vmid: 160, target_node: "pve2", schedule: "*/30" },
    }),
    delete_replication_job: tool("DELETE /cluster/replication/{id}", {
      title: "Delete a replication job",
      summary:
        "Marks a replication job for removal; the copies on the target go with it unless keep is true. The guest itself stays. It happens within a minute, not at once.",
      risk: "destroy",
      accepts: { id: "id", keep: "keep", force: "force" },
      recipe: "delete-record",
      shows: "GET /cluster/replication/{id}",
      example: { id: "160-0" },
    }),
  },
});
