import { expect } from "vitest";
import type { Lab, Row } from "./row.js";

const web01 = { node: "pve1", vmid: 100 };
const frozen = (lab: Lab) => lab.other.call("POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-status", web01);
const asked = (lab: Lab, command: string) =>
  lab.sim.requests().filter(({ path, status }) => path.endsWith(`/agent/${command}`) && status === 200).length;

/** What happens inside guests. A guest's agent shows only part of what it did; for the rest the request counts. */
export const agentRows: Readonly<Record<string, Row>> = {
  execute_vm_command: {
    effect: (lab, answer) => {
      expect(asked(lab, "exec")).toBe(1);
      expect(answer).toMatchObject({ finished: true, exitcode: 0, stdout: expect.stringMatching(/^Linux web01 /) });
    },
  },
  get_vm_command_result: {
    before: async (lab) => {
      const { pid } = await lab.other.call("POST /nodes/{node}/qemu/{vmid}/agent/exec", {
        ...web01,
        command: ["uname", "-a"],
      });
      return { pid };
    },
    answers: { finished: true, exitcode: 0 },
  },
  read_vm_file: { answers: { content: expect.stringContaining("Debian") } },
  write_vm_file: {
    effect: async (lab) => {
      const { content } = await lab.other.call("GET /nodes/{node}/qemu/{vmid}/agent/file-read", {
        ...web01,
        file: "/etc/motd",
      });
      expect(content).toBe("Maintenance on Sunday\n");
    },
  },
  get_vm_agent_info: { answers: { vmid: 100 } },
  get_container_addresses: { answers: { items: expect.arrayContaining([expect.objectContaining({ name: "eth0" })]) } },
  get_vm_freeze_status: { answers: { status: "thawed" } },
  freeze_vm_filesystems: { effect: async (lab) => expect(await frozen(lab)).toEqual({ result: "frozen" }) },
  thaw_vm_filesystems: {
    steps: [["freeze_vm_filesystems", { vmid: 100 }]],
    effect: async (lab) => expect(await frozen(lab)).toEqual({ result: "thawed" }),
  },
  trim_vm_filesystems: {
    effect: (lab, answer) => {
      expect(asked(lab, "fstrim")).toBe(1);
      expect(answer).toMatchObject({ trimmed: 482_344_960 });
    },
  },
  set_vm_user_password: {
    effect: (lab, answer) => {
      expect(asked(lab, "set-user-password")).toBe(1);
      expect(JSON.stringify(answer)).not.toContain("horse");
    },
  },
};
