import type { Call, Caller, TaskStart, Value } from "./handler.js";
import type { Core } from "./http-core.js";
import { holds } from "./permissions.js";
import { heldByQuorum } from "./quorum.js";

/** Changes a task before it starts. */
export type AlterTask = (task: TaskStart) => TaskStart;

/** What a handler gets to see, whether a request or the node itself asks for its work. */
export function callOf(
  { world, clock, tasks }: Core,
  route: string,
  params: Readonly<Record<string, Value>>,
  caller: Caller,
  alterTask?: AlterTask,
): Call {
  return {
    route,
    params,
    caller,
    world,
    now: () => Math.floor(clock.now() / 1000),
    allowed: (path, privs, any) => holds(world, caller.authid, path, privs, any),
    startTask: (task) => {
      const held = heldByQuorum(world, task);
      return tasks.start(alterTask?.(held) ?? held, task.authid ?? caller.authid).upid;
    },
    later: (ms, run) => {
      clock.at(clock.now() + ms, run);
    },
  };
}
