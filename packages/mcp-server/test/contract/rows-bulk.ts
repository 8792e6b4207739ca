import { expect } from "vitest";
import type { Lab, Row } from "./row.js";

const states = (lab: Lab, ...vmids: number[]) => vmids.map((vmid) => lab.sim.guest(vmid)?.status);
const nodes = (lab: Lab, ...vmids: number[]) => vmids.map((vmid) => lab.sim.guest(vmid)?.node);

/** Many guests at once. */
export const bulkRows: Readonly<Record<string, Row>> = {
  start_guests: { effect: (lab) => expect(states(lab, 103, 203)).toEqual(["running", "running"]) },
  shutdown_guests: { effect: (lab) => expect(states(lab, 100, 101)).toEqual(["stopped", "stopped"]) },
  stop_guests: { effect: (lab) => expect(states(lab, 106, 201)).toEqual(["stopped", "stopped"]) },
  suspend_guests: {
    effect: async (lab) => {
      const at = { node: "pve2", vmid: 101 };
      const { qmpstatus } = await lab.other.call("GET /nodes/{node}/qemu/{vmid}/status/current", at);
      expect(qmpstatus).toBe("paused");
    },
  },
  migrate_guests: { effect: (lab) => expect(nodes(lab, 101, 203)).toEqual(["pve1", "pve1"]) },
  plan_node_drain: { answers: { node: "pve2", moves: 2, stays: 1 } },
  drain_node: {
    effect: (lab, answer) => {
      expect(nodes(lab, 101, 201)).not.toContain("pve2");
      expect(answer).toMatchObject({ totals: { done: 2, skipped: 1 }, left: 1 });
    },
  },
};
