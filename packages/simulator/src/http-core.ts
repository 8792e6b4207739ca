import type { TicketOffice } from "./auth-tickets.js";
import type { Clock } from "./clock.js";
import type { Handlers } from "./handler.js";
import type { Router } from "./route.js";
import type { TaskStore } from "./tasks.js";
import type { World } from "./world.js";

/** Everything a request meets. */
export interface Core {
  readonly router: Router;
  readonly handlers: Handlers;
  readonly world: World;
  readonly clock: Clock;
  readonly tickets: TicketOffice;
  readonly tasks: TaskStore;
  /** How long a 401 takes, in simulated milliseconds. */
  readonly authDelay: number;
  /** The script that a node's API viewer loads. */
  apidoc(): string;
}
