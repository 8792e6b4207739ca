import type { Release } from "../contracts.js";
import type { World } from "../world.js";

/** A task that had ended (or was cut off) before the simulator started. */
export interface SeededTask {
  readonly node: string;
  readonly type: string;
  readonly id: string;
  /** As written in UPIDs: `user@realm` or `user@realm!token`. */
  readonly authid: string;
  /** Epoch seconds. */
  readonly starttime: number;
  readonly endtime: number;
  /** `OK`, `WARNINGS: n` or an error text. */
  readonly exitstatus: string;
  /** Lines without the final `TASK …` line. */
  readonly log: readonly string[];
}

/** What a seed's credentials are; secrets are fixed so that a demo can be repeated. */
export interface SeedCredentials {
  readonly token: string;
  readonly auditorToken: string;
  readonly operatorToken: string;
  readonly username: "root@pam";
  readonly password: string;
}

/** A fresh world and what happened in it before. */
export interface Seeded {
  readonly world: World;
  readonly history: readonly SeededTask[];
  readonly credentials: SeedCredentials;
}

/** A named starting state. */
export interface Seed {
  /** The story, in one sentence. */
  readonly story: string;
  /** Epoch seconds at which the simulator's clock starts. */
  readonly origin: number;
  /** Builds a new world each time it is called. */
  build(release: Release): Seeded;
}
