import { expect } from "vitest";
import { isGone, type Lab, type Row } from "./row.js";

const content = async (lab: Lab, storage: string, params: { readonly content: string; readonly vmid?: number }) => {
  const route = "GET /nodes/{node}/storage/{storage}/content";
  return (await lab.other.call(route, { node: "pve1", storage, ...params })).map((row) => row.volid);
};
const backups = (lab: Lab, vmid: number) => content(lab, "nas", { content: "backup", vmid });
const storage = (lab: Lab, name: string) => lab.other.call("GET /storage/{storage}", { storage: name });

/** Storages, what lies on them, and backups. */
export const storageRows: Readonly<Record<string, Row>> = {
  get_storage: {
    answers: { items: expect.arrayContaining([expect.objectContaining({ storage: "nas", type: "nfs" })]) },
  },
  get_node_storage: {
    answers: { items: expect.arrayContaining([expect.objectContaining({ storage: "local-lvm", active: true })]) },
  },
  get_storage_info: { answers: { storage: "nas", config: { type: "nfs", export: "/export/pve" } } },
  get_storage_quota: { answers: { storage: "local-lvm", shared: false, total: 1_095_216_660_480 } },
  get_storage_content: {
    answers: {
      items: expect.arrayContaining([
        expect.objectContaining({ volid: "local:iso/virtio-win-0.1.271.iso", node: "pve1", size: 726_663_168 }),
      ]),
    },
  },
  create_storage: {
    effect: async (lab) => expect(await storage(lab, "scratch")).toMatchObject({ type: "dir", path: "/srv/scratch" }),
  },
  update_storage: { effect: async (lab) => expect(Object(await storage(lab, "nas"))["content"]).toContain("iso") },
  delete_storage: { effect: async (lab) => expect(await isGone(storage(lab, "old-nas"))).toBe(true) },
  list_backups: {
    answers: { items: expect.arrayContaining([expect.objectContaining({ vmid: 102, storage: "nas", age_days: 1.2 })]) },
  },
  create_vm_backup: {
    effect: async (lab, answer) =>
      expect(await backups(lab, 100)).toContain(Object(answer["backup"])["volid"] ?? "no backup"),
  },
  create_container_backup: {
    effect: async (lab, answer) =>
      expect(await backups(lab, 200)).toContain(Object(answer["backup"])["volid"] ?? "no backup"),
  },
  restore_vm_backup: {
    effect: (lab, answer) =>
      expect(lab.sim.guest(Number(answer["vmid"]))).toMatchObject({ kind: "qemu", node: "pve1", name: "web01" }),
  },
  restore_container_backup: {
    effect: (lab, answer) => expect(lab.sim.guest(Number(answer["vmid"]))).toMatchObject({ kind: "lxc", node: "pve1" }),
  },
  delete_backup: {
    effect: async (lab, answer) => {
      const { volid } = Object(answer["lost"]);
      expect(volid).toContain("vzdump-qemu-");
      expect(await backups(lab, 100)).not.toContain(volid);
    },
  },
  upload_backup: {
    effect: async (lab, answer) =>
      expect(await content(lab, "local", { content: "vztmpl" })).toContain(answer["volid"] ?? "nothing"),
  },
};
