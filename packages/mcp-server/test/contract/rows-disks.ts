import { expect } from "vitest";
import type { Lab, Row } from "./row.js";

const GIB = 1024 ** 3;
const config = (lab: Lab, vmid: number) => lab.sim.guest(vmid)?.config ?? {};

/** Disks of guests, cloud-init, templates, and moving containers. */
export const diskRows: Readonly<Record<string, Row>> = {
  list_guest_disks: {
    answers: {
      disks: expect.arrayContaining([
        expect.objectContaining({ disk: "scsi0", storage: "local-lvm", size: 80 * GIB, backup: true }),
      ]),
    },
  },
  resize_guest_disk: {
    effect: (lab, answer) => {
      expect(config(lab, 100)["scsi0"]).toContain("size=40G");
      expect(answer).toMatchObject({ before_size: 32 * GIB, after_size: 40 * GIB });
    },
  },
  move_guest_disk: {
    effect: (lab, answer) => {
      expect(config(lab, 100)["scsi0"]).toContain("nas:100/vm-100-disk-0");
      expect(answer).toMatchObject({ from: "local-lvm:vm-100-disk-0", old_volume: "unused0" });
    },
  },
  attach_vm_disk: {
    effect: (lab, answer) => {
      expect(config(lab, 103)["scsi1"]).toMatch(/^nas:103\/.*discard=on.*size=16G/);
      expect(answer).toMatchObject({ disk: "scsi1", size: 16 * GIB });
    },
  },
  attach_container_volume: {
    effect: (lab) => expect(config(lab, 203)["mp1"]).toMatch(/^local-lvm:.*mp=\/data.*backup=1/),
  },
  detach_guest_disk: {
    effect: (lab, answer) => {
      expect(config(lab, 103)).toMatchObject({ unused0: "local-lvm:vm-103-disk-2" });
      expect(answer).toMatchObject({ kept_as: "unused0" });
    },
  },
  delete_unused_disk: {
    steps: [["detach_guest_disk", { vmid: 103, disk: "scsi0" }]],
    effect: (lab, answer) => {
      expect(config(lab, 103)).not.toHaveProperty("unused0");
      expect(answer["lost"]).toEqual({ disk: "unused0", volume: "local-lvm:vm-103-disk-2", size: 80 * GIB });
    },
  },
  get_cloudinit: { answers: { drive: "ide2", dump: expect.stringContaining("user: debian") } },
  set_cloudinit: {
    effect: (lab) =>
      expect(config(lab, 110)).toMatchObject({ ciuser: "admin", ipconfig0: expect.stringContaining("10.10.10.50/24") }),
  },
  regenerate_cloudinit: {
    steps: [
      ["update_vm_config", { vmid: 101, config: { ide2: "nas:cloudinit" } }],
      ["reboot_vm", { vmid: 101 }],
      ["set_cloudinit", { vmid: 101, ciuser: "admin", regenerate: false }],
    ],
    args: { vmid: 101 },
    effect: (lab, answer) => {
      expect(config(lab, 101)).toMatchObject({ ciuser: "admin" });
      expect(answer).toMatchObject({ applied: ["ciuser"] });
    },
  },
  convert_to_template: { effect: (lab) => expect(config(lab, 103)).toMatchObject({ template: 1 }) },
  create_vm_from_template: {
    effect: (lab, answer) => {
      const copy = lab.sim.guest(Number(answer["vmid"]));
      expect(copy).toMatchObject({ name: "web03", status: "running", config: { ciuser: "admin" } });
      expect(copy?.config["scsi0"]).toContain("size=16G");
    },
  },
  migrate_container: {
    effect: (lab) => expect(lab.sim.guest(201)).toMatchObject({ node: "pve1", status: "running" }),
  },
};
