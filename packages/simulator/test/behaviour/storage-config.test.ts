import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

const folder = { storage: "extra", type: "dir", path: "/srv/extra" };

describe("storage definitions", () => {
  test("a new storage answers with its id and type and can be used at once", async () => {
    const { get, post } = call();
    const made = await post("/storage", { ...folder, content: "iso,backup,images", "prune-backups": "keep-last=3" });
    expect(made).toMatchObject({ status: 200, data: { storage: "extra", type: "dir" } });
    expect(object(await get("/storage/extra"))).toMatchObject({
      path: "/srv/extra",
      content: "iso,backup,images",
      "prune-backups": "keep-last=3",
    });
    const here = items(await get("/nodes/pve2/storage")).find((item) => item["storage"] === "extra");
    expect(here).toMatchObject({ enabled: 1, active: 1 });
  });

  test("types have their own defaults: a network share is shared and mounted below /mnt/pve", async () => {
    const { get, post } = call();
    await post("/storage", { storage: "share", type: "nfs", server: "10.10.10.7", export: "/x" });
    expect(object(await get("/storage/share"))).toMatchObject({ content: "images", shared: 1, path: "/mnt/pve/share" });
  });

  test("a backup server shows a generated key once and keeps its fingerprint", async () => {
    const { get, post } = call();
    const pbs = { storage: "vault", type: "pbs", server: "10.10.10.8", datastore: "main", username: "a@pbs" };
    const made = await post("/storage", { ...pbs, password: "secret", "encryption-key": "autogen" });
    const key = JSON.parse(String((object(made)["config"] as Record<string, unknown>)["encryption-key"]));
    const shown = object(await get("/storage/vault"));
    expect(shown["encryption-key"]).toBe(key.fingerprint);
    expect(shown).not.toHaveProperty("password");
  });

  test.each([
    [{ ...folder, storage: "local" }, "create storage failed: storage ID 'local' already defined"],
    [{ storage: "extra", type: "nfs", server: "10.0.0.1" }, "missing value for required option 'export'"],
    [{ ...folder, vgname: "pve" }, "unexpected property 'vgname'"],
  ])("%o is refused: %s", async (body, reason) => {
    expect(await call().post("/storage", body)).toMatchObject({ status: 500, reason });
  });

  test("a change guarded by the digest of an older state is refused, and one without is made", async () => {
    const { get, post, put } = call();
    await post("/storage", folder);
    const { digest } = object(await get("/storage/extra"));
    expect((await put("/storage/extra", { disable: 1, digest: String(digest) })).status).toBe(200);
    const stale = await put("/storage/extra", { content: "iso", digest: String(digest) });
    expect(stale.reason).toBe(
      "update storage failed: detected modified configuration - file changed by other user? Try again.",
    );
    expect((await put("/storage/extra", { delete: "disable" })).status).toBe(200);
    expect(object(await get("/storage/extra"))).not.toHaveProperty("disable");
  });

  test.each([
    [{ delete: "nosuch" }, "no such option 'nosuch'"],
    [{ delete: "path" }, "unable to delete required option 'path'"],
    [{ disable: 1, delete: "disable" }, "cannot set and delete property 'disable' at the same time!"],
  ])("the change %o is refused: %s", async (body, text) => {
    const { post, put } = call();
    await post("/storage", folder);
    expect((await put("/storage/extra", body)).reason).toBe(`update storage failed: ${text}`);
  });

  test("a deleted storage is gone from lists, pools and rights; an unknown one is named", async () => {
    const { get, del } = call();
    expect((await del("/storage/nas")).status).toBe(200);
    expect(items(await get("/storage")).map((item) => item["storage"])).not.toContain("nas");
    const again = await del("/storage/nas");
    expect(again.reason).toBe("delete storage failed: storage 'nas' does not exist");
    expect((await call().put("/storage/ghost", { disable: 1 })).reason).toBe(
      "update storage failed: storage 'ghost' does not exist",
    );
  });

  test("who may only look may not define", async () => {
    const auditor = await call().as("auditorToken");
    const refused = await auditor.post("/storage", folder);
    expect(refused).toMatchObject({ status: 403, reason: "Permission check failed (/storage, Datastore.Allocate)" });
  });
});
