import { withMeta } from "@pve/client";
import { expect } from "vitest";
import type { Answer } from "../src/index.js";
import type { Lab } from "./lab.js";

const staged = async (lab: Lab, node: string) =>
  (await withMeta(lab.other.call("GET /nodes/{node}/network", { node }))).changes ?? "";
const nodeState = async (lab: Lab, node: string) =>
  (await lab.other.call("GET /nodes", {})).find((row) => row.node === node)?.status;

/** How the lab has to look after the examples about nodes. */
export const nodeAfterwards: Readonly<Record<string, (lab: Lab, answer: Answer) => unknown>> = {
  get_vm_console: (lab, answer) => {
    const { ticket = "none" } = JSON.parse(lab.secrets.get("console-100-vnc") ?? "{}");
    expect(ticket).toContain("PVEVNC:");
    expect(JSON.stringify(answer)).not.toContain(ticket);
  },
  update_node_config: async (lab) =>
    expect(await lab.other.call("GET /nodes/{node}/config", { node: "pve2" })).toMatchObject({
      description: expect.stringContaining("rack 4, right side"),
    }),
  apply_node_updates: (_lab, answer) => expect(answer).toMatchObject({ refreshed: true, installed: false }),
  reboot_node: async (lab) => {
    const { uptime: before = 0 } = await lab.other.call("GET /nodes/{node}/status", { node: "pve3" });
    await lab.sim.clock.advance(900_000);
    const { uptime: after = 0 } = await lab.other.call("GET /nodes/{node}/status", { node: "pve3" });
    expect(after).toBeLessThan(before);
  },
  shutdown_node: async (lab) => {
    await lab.sim.clock.advance(900_000);
    expect(await nodeState(lab, "pve3")).toBe("offline");
  },
  create_vlan: async (lab) => expect(await staged(lab, "pve1")).toContain("+iface vmbr0.20"),
  update_vlan: async (lab) => expect(await staged(lab, "pve1")).toContain("+#cameras"),
  delete_vlan: async (lab) => expect(await staged(lab, "pve1")).not.toContain("vmbr0.20"),
};
