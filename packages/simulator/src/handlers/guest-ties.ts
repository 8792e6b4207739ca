import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { splitList } from "../verify-list.js";
import type { Guest, World } from "../world.js";
import { guestWord } from "../world-guest.js";
import { flag, kindOf, nodeOf, vmidOf } from "./guest-call.js";
import { removeService } from "./ha-resources.js";
import { sidOf } from "./ha-services.js";

/** Refuses to destroy a guest that other areas still need, unless they are to be cleaned up as well. */
function assertUntied({ world: { ha, replication } }: Call, guest: Guest): void {
  if (ha.resources.has(sidOf(guest))) {
    die(`unable to remove ${guestWord(guest.kind)} ${guest.vmid} - used in HA resources and purge parameter not set.`);
  }
  for (const [id, job] of replication.jobs) {
    if (job["guest"] === guest.vmid) {
      die(`There is a replication job '${id}' for guest '${guest.vmid}' - Please remove that first.`);
    }
  }
}

/** Takes a destroyed guest out of everything that names it; its firewall always goes with it. */
function forget(call: Call, guest: Guest, purge: boolean): void {
  const { world } = call;
  world.firewall.guests.delete(guest.vmid);
  if (!purge) {
    return;
  }
  removeService(call, sidOf(guest), true);
  for (const [id, job] of world.replication.jobs) {
    if (job["guest"] === guest.vmid) {
      world.replication.jobs.delete(id);
      world.replication.runs.delete(id);
    }
  }
  leaveBackupJobs(world, guest.vmid);
}

function leaveBackupJobs({ jobs: { jobs } }: World, vmid: number): void {
  for (const [id, job] of jobs) {
    for (const key of ["vmid", "exclude"]) {
      const before = splitList(String(job[key] ?? ""));
      const left = before.filter((each) => each !== String(vmid));
      if (left.length === before.length) {
        continue;
      }
      if (left.length > 0) {
        job[key] = left.join(",");
      } else if (key === "exclude") {
        delete job[key];
      } else {
        jobs.delete(id);
      }
    }
  }
}

/** Wraps the two operations that destroy guests. */
export function withTies(handlers: Handlers): Handlers {
  const wrap = (handler: Handler): Handler => {
    return (call) => {
      const guest = call.world.guests.get(vmidOf(call));
      if (guest === undefined || guest.kind !== kindOf(call) || guest.node !== nodeOf(call)) {
        return handler(call);
      }
      const purge = flag(call, "purge");
      if (!purge && guest.config["protection"] !== 1) {
        assertUntied(call, guest);
      }
      const startTask: Call["startTask"] = (task) =>
        call.startTask({
          ...task,
          *work() {
            yield* task.work();
            forget(call, guest, purge);
          },
        });
      return handler({ ...call, startTask });
    };
  };
  const destroy = /^DELETE \/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}$/;
  return Object.fromEntries(
    Object.entries(handlers).map(([route, handler]) => [route, destroy.test(route) ? wrap(handler) : handler]),
  );
}
