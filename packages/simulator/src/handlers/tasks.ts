import { denied, die, invalid } from "../failure.js";
import type { Call, Handlers } from "../handler.js";
import { asDownload } from "../http-download.js";
import { splitAuthid } from "../permissions.js";
import { statusType, type TaskRecord, type TaskStore } from "../tasks.js";
import { parseUpid } from "../upid.js";
import { splitList } from "../verify-list.js";

/** Reading, listing and stopping tasks. */
export function taskHandlers(tasks: TaskStore): Handlers {
  return {
    "GET /nodes/{node}/tasks": (call) => listNodeTasks(call, tasks),
    "GET /nodes/{node}/tasks/{upid}": () => [{ name: "log" }, { name: "status" }],
    "GET /nodes/{node}/tasks/{upid}/status": (call) => {
      const task = requireTask(call, tasks);
      requireReader(call, task.authid);
      return describeStatus(task);
    },
    "GET /nodes/{node}/tasks/{upid}/log": (call) => readLog(call, tasks),
    "DELETE /nodes/{node}/tasks/{upid}": (call) => {
      const task = requireTask(call, tasks);
      const path = `/nodes/${text(call, "node")}`;
      if (!isOwner(call, task.authid) && !call.allowed(path, ["Sys.Modify"])) {
        denied(`${path}, Sys.Modify`);
      }
      tasks.stop(task.upid);
    },
    "GET /cluster/tasks": (call) => listClusterTasks(call, tasks),
  };
}

function text(call: Call, name: string): string {
  return String(call.params[name] ?? "");
}

function number(call: Call, name: string): number | undefined {
  const value = call.params[name];
  return value === undefined ? undefined : Number(value);
}

/** A user sees what its tokens started; a token sees only its own. */
function isOwner({ caller }: Call, authid: string): boolean {
  return caller.authid === authid || caller.authid === splitAuthid(authid).userid;
}

function requireReader(call: Call, authid: string): void {
  const path = `/nodes/${text(call, "node")}`;
  if (!isOwner(call, authid) && !call.allowed(path, ["Sys.Audit"])) {
    denied(`${path}, Sys.Audit`);
  }
}

function requireTask(call: Call, tasks: TaskStore): TaskRecord {
  const upid = text(call, "upid");
  const parts = parseUpid(upid);
  if (!parts) {
    invalid({ upid: "unable to parse worker upid" });
  }
  const task = tasks.find(upid);
  if (!task || parts.node !== text(call, "node")) {
    invalid({ upid: "no such task" });
  }
  return task;
}

/** What every listing and the status have in common. */
function describe(task: TaskRecord): Record<string, unknown> {
  const { upid, node, pid, pstart, starttime, type, id } = task;
  const { userid, tokenid } = splitAuthid(task.authid);
  return { upid, node, pid, pstart, starttime, type, id, user: userid, ...(tokenid ? { tokenid } : {}) };
}

function describeStatus(task: TaskRecord): Record<string, unknown> {
  return task.exitstatus === undefined
    ? { ...describe(task), status: "running" }
    : { ...describe(task), status: "stopped", exitstatus: task.exitstatus };
}

function readLog(call: Call, tasks: TaskStore): unknown {
  const upid = text(call, "upid");
  const parts = parseUpid(upid);
  if (!parts) {
    invalid({ upid: "unable to parse worker upid" });
  }
  requireReader(call, parts.authid);
  const task = tasks.find(upid);
  const lines = task ? task.log : ["unable to open file - No such file or directory"];
  if (call.params["download"] === 1) {
    if (call.params["start"] !== undefined || call.params["limit"] !== undefined) {
      die("'download' cannot be used together with 'start' or 'limit' parameters");
    }
    const begun = new Date(parts.starttime * 1000).toISOString().replace(".000", "");
    const filename = `task-${parts.node}-${parts.type}-${begun}.log`;
    return asDownload({ contentType: "text/plain", filename, body: lines.map((line) => `${line}\n`).join("") });
  }
  if (lines.length === 0 || !task) {
    call.total = 1;
    return [{ n: 1, t: lines[0] ?? "no content" }];
  }
  call.total = lines.length;
  const start = number(call, "start") ?? 0;
  const limit = number(call, "limit") ?? 50;
  const window = limit === 0 ? lines.slice(start) : lines.slice(start, start + limit);
  return window.map((t, index) => ({ n: start + index + 1, t }));
}

function listNodeTasks(call: Call, tasks: TaskStore): unknown {
  const source = call.params["source"] ?? "archive";
  const active = source === "archive" ? [] : tasks.running();
  const archive = source === "active" ? [] : tasks.finished();
  const visible = [...active, ...archive].filter((task) => isListed(call, task));
  call.total = visible.length;
  const start = number(call, "start") ?? 0;
  return visible.slice(start, start + (number(call, "limit") ?? 50)).map(describeListed);
}

function describeListed(task: TaskRecord): Record<string, unknown> {
  if (task.exitstatus !== undefined) {
    return { ...describe(task), endtime: task.endtime, status: task.exitstatus };
  }
  // The list of active tasks is kept as text and never split, so it differs in three fields.
  const { tokenid: _, ...facts } = describe(task);
  return { ...facts, user: task.authid, saved: "0", status: "RUNNING" };
}

function isListed(call: Call, task: TaskRecord): boolean {
  const node = text(call, "node");
  if (task.node !== node || !(isOwner(call, task.authid) || call.allowed(`/nodes/${node}`, ["Sys.Audit"]))) {
    return false;
  }
  const { params } = call;
  const since = number(call, "since") ?? 0;
  const until = number(call, "until") ?? Number.POSITIVE_INFINITY;
  return (
    (params["userfilter"] === undefined ||
      task.authid.toLowerCase().includes(text(call, "userfilter").toLowerCase())) &&
    (params["typefilter"] === undefined || task.type === params["typefilter"]) &&
    (params["vmid"] === undefined || task.id === text(call, "vmid")) &&
    task.starttime >= since &&
    task.starttime <= until &&
    hasWantedStatus(call, task.exitstatus ?? "RUNNING")
  );
}

/** `errors` overrides `statusfilter`. */
function hasWantedStatus({ params }: Call, exitstatus: string): boolean {
  if (params["errors"] === 1) {
    return statusType(exitstatus) !== "ok";
  }
  const wanted = splitList(String(params["statusfilter"] ?? ""));
  return wanted.length === 0 || wanted.includes(statusType(exitstatus));
}

/** How many tasks of one node the cluster-wide list remembers. */
const remembered = 25;

function listClusterTasks(call: Call, tasks: TaskStore): unknown {
  const all = call.allowed("/", ["Sys.Audit"]);
  const running = tasks.running();
  const finished = [...tasks.finished()].sort((a, b) => b.starttime - a.starttime);
  const counts = new Map<string, number>();
  const recent = [...running, ...finished].filter((task) => {
    const count = (counts.get(task.node) ?? 0) + 1;
    counts.set(task.node, count);
    return count <= remembered || task.exitstatus === undefined;
  });
  // A token never equals the user that PVE compares it with, so without Sys.Audit it sees nothing here.
  return recent
    .filter((task) => all || splitAuthid(task.authid).userid === call.caller.authid)
    .map((task) => {
      const { pid, pstart: _, ...facts } = describe(task);
      return task.exitstatus === undefined
        ? { ...facts, pid }
        : { ...facts, endtime: task.endtime, status: task.exitstatus, saved: "1" };
    });
}
