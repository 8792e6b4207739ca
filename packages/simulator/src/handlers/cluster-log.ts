import type { Handler, Handlers } from "../handler.js";
import type { TaskRecord, TaskStore } from "../tasks.js";
import { number } from "./guest-call.js";

/** How many entries the cluster keeps. */
const capacity = 1000;
const severity = { error: 3, info: 6 };

interface Entry {
  readonly time: number;
  readonly task: TaskRecord;
  readonly msg: string;
  readonly pri: number;
}

function entriesOf(task: TaskRecord): Entry[] {
  const { upid, starttime, endtime, exitstatus } = task;
  const start = { time: starttime, task, msg: `starting task ${upid}`, pri: severity.info };
  if (endtime === undefined || exitstatus === undefined) {
    return [start];
  }
  const pri = exitstatus === "OK" ? severity.info : severity.error;
  return [start, { time: endtime, task, msg: `end task ${upid} ${exitstatus}`, pri }];
}

function readLog(tasks: TaskStore): Handler {
  return (call) => {
    const seesAll = call.allowed("/", ["Sys.Syslog"]);
    const sequence = new Map<string, number>();
    const items = [...tasks.finished(), ...tasks.running()]
      .flatMap(entriesOf)
      .sort((a, b) => a.time - b.time)
      .map(({ time, task, msg, pri }) => {
        const uid = (sequence.get(task.node) ?? 0) + 1;
        sequence.set(task.node, uid);
        const head = { id: `${uid}:${task.node}`, uid: String(uid), node: task.node, pid: task.pid };
        return { ...head, time, pri, tag: "pvedaemon", user: task.authid, msg };
      });
    return items
      .filter((item) => seesAll || item.user === call.caller.authid)
      .slice(-(number(call, "max") ?? capacity))
      .reverse();
  };
}

/** The log of the cluster: when tasks began and how they ended, newest first. */
export function clusterLogHandlers(tasks: TaskStore): Handlers {
  return { "GET /cluster/log": readLog(tasks) };
}
