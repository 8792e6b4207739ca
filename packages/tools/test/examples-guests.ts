import { expect } from "vitest";
import type { Answer } from "../src/index.js";
import type { Lab } from "./lab.js";

/** How the lab has to look after the examples about the inside of guests. */
export const guestAfterwards: Readonly<Record<string, (lab: Lab, answer: Answer) => unknown>> = {
  execute_vm_command: (_lab, answer) =>
    expect(answer).toMatchObject({ finished: true, exitcode: 0, stdout: expect.stringMatching(/^Linux web01 /) }),
  write_vm_file: async (lab) =>
    expect(await lab.run("read_vm_file", { vmid: 100, file: "/etc/motd" })).toMatchObject({
      content: "Maintenance on Sunday\n",
    }),
  freeze_vm_filesystems: async (lab) =>
    expect(await lab.run("get_vm_freeze_status", { vmid: 100 })).toMatchObject({ status: "frozen" }),
  thaw_vm_filesystems: (_lab, answer) => expect(answer).toMatchObject({ status: "thawed", filesystems: 0 }),
  trim_vm_filesystems: (_lab, answer) => expect(answer).toMatchObject({ trimmed: 482_344_960 }),
  set_vm_user_password: (_lab, answer) => expect(JSON.stringify(answer)).not.toContain("horse"),
};
