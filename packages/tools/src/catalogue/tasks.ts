import { type Parameter, tool, toolset } from "../define.js";

const limit = {
  type: "integer",
  brief: "",
  description: "Tasks to show, newest first.",
  minimum: 1,
  maximum: 500,
  default: 50,
} as const satisfies Parameter;
const moment = (name: "since" | "until", what: string) =>
  ({
    for: name,
    type: ["integer", "string"],
    brief: name === "until" ? "As since" : "Such as 24h, a date, or epoch seconds",
    description: `${what}: a span such as "24h" or "7d", a date, or seconds since the epoch.`,
  }) as const satisfies Parameter;

const filters = {
  vmid: "vmid",
  typefilter: "typefilter",
  statusfilter: "statusfilter",
  userfilter: "userfilter",
  since: moment("since", "Started after"),
  until: moment("until", "Started before"),
  limit: { ...limit, for: "limit" },
} as const;

/** Tasks: what PVE does in the background, and did. */
export const tasks = toolset({
  id: "tasks",
  title: "Tasks",
  tools: {
    list_tasks: tool("GET /nodes/{node}/tasks", {
      title: "List tasks",
      summary:
        "Lists running and finished tasks, newest first, of all nodes or one: who started what, when, and how it ended. Narrow by guest, type (qmstart, vzdump …), outcome (ok, warning, error, unknown) or time.",
      risk: "read",
      accepts: { node_name: "node", ...filters },
      optional: ["node_name"],
      recipe: "list-tasks",
      also: ["GET /nodes"],
      tries: ["GET /nodes/{node}/tasks"],
      example: { statusfilter: "error", since: "7d" },
    }),
    get_node_tasks: tool("GET /nodes/{node}/tasks", {
      title: "List a node's tasks",
      summary: "Lists running and finished tasks of one node, newest first. list_tasks does the same for all nodes.",
      risk: "read",
      accepts: { node_name: "node", ...filters },
      recipe: "list-tasks",
      example: { node_name: "pve1" },
    }),
    get_cluster_tasks: tool("GET /cluster/tasks", {
      title: "List the latest tasks",
      summary:
        "Lists what runs now and ended lately in the whole cluster, in one quick call. Use list_tasks to look further back or to filter.",
      risk: "read",
      accepts: { limit },
      recipe: "cluster-tasks",
      example: {},
    }),
    get_task_status: tool("GET /nodes/{node}/tasks/{upid}/status", {
      title: "Show how a task is doing",
      summary:
        "Says whether a task still runs and, if not, how it ended: exitstatus OK, WARNINGS, or the error. get_task_log has the details.",
      risk: "read",
      accepts: { task_id: "upid", node_name: "node" },
      locates: "task",
      keep: ["upid", "node", "type", "id", "user", "status", "exitstatus", "starttime"],
      example: { task_id: "UPID:pve1:00000419:0AC591B1:6A1D1FE0:qmstart:104:operator@pve!ops:" },
    }),
    get_task_log: tool("GET /nodes/{node}/tasks/{upid}/log", {
      title: "Read a task's log",
      summary:
        "Reads what a task has written, from line start on, and says how many lines there are. The reason of a failure stands in the last ones.",
      risk: "read",
      accepts: {
        task_id: "upid",
        node_name: "node",
        start: "start",
        limit: { for: "limit", type: "integer", description: "Lines to show; 0 for all.", minimum: 0, default: 50 },
      },
      brief: { start: "Lines to skip", limit: "Lines; 0: all" },
      locates: "task",
      recipe: "task-log",
      example: { task_id: "UPID:pve1:00000419:0AC591B1:6A1D1FE0:qmstart:104:operator@pve!ops:" },
    }),
    cancel_task: tool("DELETE /nodes/{node}/tasks/{upid}", {
      title: "Cancel a running task",
      summary:
        "Ends a running task. What it has done so far stays, and a lock on the guest may stay too. A task that has ended is left alone.",
      risk: "destroy",
      accepts: { task_id: "upid", node_name: "node" },
      locates: "task",
      recipe: "cancel-task",
      also: ["GET /nodes/{node}/tasks/{upid}/status"],
      picks: true,
      example: { task_id: "UPID:pve1:00000419:0AC591B1:6A1D1FE0:qmstart:104:operator@pve!ops:" },
    }),
  },
});
