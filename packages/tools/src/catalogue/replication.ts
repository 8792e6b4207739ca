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
    update_replication_job: tool("PUT /cluster/replication/{id}", {
      title: "Change a replication job",
      summary:
        "Changes when and how fast a job copies, or switches it off, and shows it before and after. On again: delete disable.",
      risk: "change",
      accepts: {
        id: "id",
        schedule: "schedule",
        rate: "rate",
        comment: "comment",
        disable: "disable",
        delete: "delete",
        digest: "digest",
      },
      recipe: "update-record",
      shows: "GET /cluster/replication/{id}",
      example: { id: "160-0", schedule: "*/5", rate: 50 },
    }),
    run_replication_job: tool("POST /nodes/{node}/replication/{id}/schedule_now", {
      title: "Run a replication job now",
      summary: "Has a job copy at the next opportunity instead of waiting for its time, also one that failed.",
      risk: "change",
      accepts: { id: "id" },
      recipe: "run-replication",
      repeatable: true,
      also: ["GET /cluster/replication/{id}", "GET /cluster/resources"],
      example: { id: "160-0" },
    }),
    get_replication_log: tool("GET /nodes/{node}/replication/{id}/log", {
      title: "Read a replication job's log",
      summary: "Reads what the last run of a job wrote. How all jobs are doing: list_replication_jobs.",
      risk: "read",
      accepts: {
        id: "id",
        limit: { type: "integer", description: "Lines to show.", brief: "", minimum: 1, maximum: 2000, default: 100 },
      },
      recipe: "replication-log",
      also: ["GET /cluster/replication/{id}", "GET /cluster/resources"],
      example: { id: "160-0" },
    }),
  },
});
