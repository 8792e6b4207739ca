import { expect } from "vitest";
import { isGone, type Lab, type Row, type Step } from "./row.js";

const content = async (lab: Lab, node: string, storage: string, kind: string) =>
  lab.other.call("GET /nodes/{node}/storage/{storage}/content", { node, storage, content: kind });
const names = async (lab: Lab, node: string, storage: string, kind: string) =>
  (await content(lab, node, storage, kind)).map(({ volid }) => volid);
const backupsOf = async (lab: Lab, vmid: number) =>
  (await content(lab, "pve1", "nas", "backup")).filter((row) => row.vmid === vmid);
const job = (lab: Lab) => lab.other.call("GET /cluster/backup/{id}", { id: "nightly" });
const nightly: Step = ["create_backup_job", { id: "nightly", schedule: "02:00", storage: "nas", vmid: "100,101" }];

/** Backup jobs, pruning, and files that come onto storages and go. */
export const backupRows: Readonly<Record<string, Row>> = {
  list_backup_jobs: { steps: [nightly], answers: { items: [{ id: "nightly", selection: "100, 101" }] } },
  create_backup_job: {
    effect: async (lab, answer) => {
      expect(await job(lab)).toMatchObject({ schedule: "02:00", compress: "zstd" });
      expect(answer["covers"]).not.toContain(104);
    },
  },
  update_backup_job: {
    steps: [nightly],
    effect: async (lab) => expect(await job(lab)).toMatchObject({ schedule: "sat 18:15", mode: "stop" }),
  },
  delete_backup_job: {
    steps: [nightly],
    effect: async (lab, answer) => {
      expect(await isGone(job(lab))).toBe(true);
      expect(answer["uncovered"]).toMatchObject([{ vmid: 100 }, { vmid: 101 }]);
    },
  },
  run_backup_job: {
    steps: [nightly],
    effect: async (lab) => {
      expect(await backupsOf(lab, 100)).toHaveLength(3);
      expect(await backupsOf(lab, 101)).toHaveLength(3);
    },
  },
  get_backup_coverage: { answers: { totals: { never: 6, fresh: 5 }, unchecked: ["old-nas is switched off"] } },
  preview_backup_prune: { answers: { totals: { remove: 5, keep: 5, protected: 1 } } },
  prune_backups: {
    effect: async (lab, answer) => {
      expect(await backupsOf(lab, 100)).toHaveLength(1);
      expect(answer).toMatchObject({ removed: 1, lost: [{ vmid: 100 }] });
    },
  },
  get_backup_config: { answers: { type: "qemu", vmid: 100, config: { name: "web01", memory: "4096" } } },
  update_backup: {
    effect: async (lab) =>
      expect(await backupsOf(lab, 100)).toContainEqual(
        expect.objectContaining({ notes: "keep for the audit", protected: true }),
      ),
  },
  get_url_metadata: { answers: { filename: "debian-13-generic-amd64.qcow2", size: expect.any(Number) } },
  download_to_storage: {
    effect: async (lab) =>
      expect(await names(lab, "pve1", "local", "iso")).toContain("local:iso/debian-13.2.0-amd64-netinst.iso"),
  },
  list_downloadable_templates: { answers: { total: 2, items: [{ os: "debian-12" }, { os: "debian-13" }] } },
  download_template: {
    effect: async (lab) =>
      expect(await names(lab, "pve1", "local", "vztmpl")).toContain(
        "local:vztmpl/alpine-3.23-default_20260116_amd64.tar.xz",
      ),
  },
  delete_volume: {
    effect: async (lab) =>
      expect(await names(lab, "pve3", "local", "iso")).not.toContain("local:iso/virtio-win-0.1.271.iso"),
  },
};
