import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

describe("storages beside their content", () => {
  test("pruning keeps what the rules keep and removes the rest", async () => {
    const { get, del, done } = call();
    const path = "/nodes/pve1/storage/nas/prunebackups?prune-backups=keep-last%3D1&type=qemu&vmid=102";
    const marks = items(await get(path)).map((each) => each["mark"]);
    expect(marks.sort()).toEqual(["keep", "protected", "remove"]);
    const ended = await done(await del(path));
    expect([ended.upid.split(":").slice(5, 7), ended.log.length]).toEqual([["prunebackups", "102@nas"], 2]);
    expect(
      items(await get(path))
        .map((each) => each["mark"])
        .sort(),
    ).toEqual(["keep", "protected"]);
  });

  test("weekly and daily rules count each period once", async () => {
    const { get } = call();
    const marks = async (rule: string): Promise<unknown[]> =>
      items(await get(`/nodes/pve1/storage/nas/prunebackups?vmid=100&prune-backups=${encodeURIComponent(rule)}`)).map(
        (each) => each["mark"],
      );
    expect((await marks("keep-daily=7")).every((mark) => mark === "keep")).toBe(true);
    expect((await marks("keep-weekly=4")).filter((mark) => mark === "keep")).toHaveLength(1);
    expect((await marks("keep-all=1")).every((mark) => mark === "keep")).toBe(true);
  });

  test("pruning needs backups, rules and the privilege", async () => {
    const { get, as } = call();
    expect((await get("/nodes/pve1/storage/local-lvm/prunebackups")).reason).toBe(
      "storage 'local-lvm' does not support backups",
    );
    expect((await get("/nodes/pve1/storage/old-nas/prunebackups")).reason).toBe(
      "no prune-backups options configured for storage 'old-nas'",
    );
    const auditor = await as("auditorToken");
    expect((await auditor.del("/nodes/pve1/storage/nas/prunebackups")).reason).toBe(
      "Permission check failed (/storage/nas, Datastore.Allocate)",
    );
  });

  test("what needs other servers or programs says so", async () => {
    const { get, post } = call();
    const files = "/nodes/pve1/storage/local/file-restore";
    expect((await get(`${files}/list?volume=pbs1:backup/x&filepath=/`)).errors).toEqual({
      volume: "storage ID mismatch (pbs1 != local).",
    });
    expect((await get(`${files}/download?volume=local:backup/x.vma&filepath=/`)).errors).toEqual({
      storage: "Only PBS storages supported for file-restore.",
    });
    expect((await get("/nodes/pve1/storage/local/identity")).reason).toMatch(/^get_identity not implemented/);
    expect((await get("/nodes/pve1/storage/local/import-metadata?volume=import/cloud.qcow2")).reason).toBe(
      "unable to parse directory volume name 'import/cloud.qcow2'",
    );
    expect((await get("/nodes/pve1/query-oci-repo-tags?reference=docker.io/library/debian")).reason).toBe(
      "Install 'skopeo' to list tags from OCI registries.",
    );
    expect(
      (await post("/nodes/pve1/storage/local/oci-registry-pull", { reference: "docker.io/library/debian:13" })).reason,
    ).toBe("Install 'skopeo' to pull OCI images from registries.");
  });

  test("backup defaults come with the storage's own retention", async () => {
    const { get } = call();
    expect(object(await get("/nodes/pve1/vzdump/defaults?storage=nas"))).toMatchObject({
      mode: "snapshot",
      "prune-backups": "keep-daily=7,keep-last=3",
    });
    expect((await get("/nodes/pve1/vzdump/defaults?storage=nosuch")).reason).toBe("storage 'nosuch' does not exist");
    expect((await get("/nodes/pve1/vzdump/defaults?storage=local-lvm")).reason).toBe(
      "can't use storage 'local-lvm' for backups - wrong content type",
    );
  });
});
