import { expect } from "vitest";
import type { Answer } from "../src/index.js";
import { failure, type Lab } from "./lab.js";

const backups = async (lab: Lab, vmid: number) =>
  (
    await lab.other.call("GET /nodes/{node}/storage/{storage}/content", {
      node: "pve1",
      storage: "nas",
      content: "backup",
      vmid,
    })
  ).map((row) => row.volid);
const storage = (lab: Lab, name: string) => lab.other.call("GET /storage/{storage}", { storage: name });

/** How the lab has to look after the examples about storages and backups. */
export const storageAfterwards: Readonly<Record<string, (lab: Lab, answer: Answer) => unknown>> = {
  create_storage: async (lab) =>
    expect(await storage(lab, "scratch")).toMatchObject({ type: "dir", path: "/srv/scratch" }),
  update_storage: async (lab) => expect(Object(await storage(lab, "nas"))["content"]).toContain("iso"),
  delete_storage: async (lab) => expect(String(await failure(storage(lab, "old-nas")))).toContain("does not exist"),
  create_vm_backup: async (lab, answer) => {
    expect(await backups(lab, 100)).toContain(Object(answer["backup"])["volid"]);
    expect(answer["backup"]).toMatchObject({ notes: "before the update" });
  },
  create_container_backup: async (lab, answer) =>
    expect(await backups(lab, 200)).toContain(Object(answer["backup"])["volid"]),
  restore_vm_backup: (lab, answer) =>
    expect(lab.sim.guest(Number(answer["vmid"]))).toMatchObject({ kind: "qemu", node: "pve1", name: "web01" }),
  restore_container_backup: (lab, answer) =>
    expect(lab.sim.guest(Number(answer["vmid"]))).toMatchObject({ kind: "lxc", node: "pve1" }),
  upload_backup: async (lab, answer) => {
    const rows = await lab.other.call("GET /nodes/{node}/storage/{storage}/content", {
      node: "pve1",
      storage: "local",
      content: "vztmpl",
    });
    expect(rows).toContainEqual(expect.objectContaining({ volid: String(answer["volid"]), size: 10 }));
  },
  delete_backup: async (lab, answer) => expect(await backups(lab, 100)).not.toContain(Object(answer["lost"])["volid"]),
};
