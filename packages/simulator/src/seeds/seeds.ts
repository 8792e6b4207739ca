import { broken } from "./broken.js";
import { ceph } from "./ceph.js";
import { large } from "./large.js";
import { oneNode } from "./one-node.js";
import type { Seed } from "./seed.js";
import { threeNodes } from "./three-nodes.js";

/** The starting states by name. */
export const seeds = { "three-nodes": threeNodes, "one-node": oneNode, broken, ceph, large } as const satisfies Record<
  string,
  Seed
>;

/** Name of a starting state. */
export type SeedName = keyof typeof seeds;
