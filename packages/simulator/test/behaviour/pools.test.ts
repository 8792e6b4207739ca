import { describe, expect, test } from "vitest";
import { call, items, memberIds } from "./caller.js";

describe("pools", () => {
  test("a pool is created, filled, emptied and deleted, by query and by path", async () => {
    const { get, post, put, del } = call();
    expect((await post("/pools", { poolid: "web", comment: "c" })).status).toBe(200);
    expect((await post("/pools", { poolid: "web/front" })).status).toBe(200);
    await put("/pools", { poolid: "web", vms: "104", storage: "local" });
    expect(memberIds(await get("/pools?poolid=web"))).toEqual(["qemu/104", "storage/pve1/local"]);
    await put("/pools/web", { vms: "104", storage: "local", delete: 1, comment: "empty" });
    expect(items(await get("/pools?poolid=web"))).toEqual([{ poolid: "web", comment: "empty", members: [] }]);
    expect((await del("/pools?poolid=web/front")).status).toBe(200);
    expect((await del("/pools/web")).status).toBe(200);
    expect(items(await get("/pools")).map((pool) => pool["poolid"])).toEqual(["prod", "dev"]);
  });

  test.each([
    [{ poolid: "prod" }, "create pool failed: pool 'prod' already exists"],
    [{ poolid: "none/x" }, "create pool failed: parent 'none' of pool 'none/x' does not exist"],
    [{ poolid: "1st" }, "create pool failed: pool name must start with a letter"],
  ])("creating %o is refused: %s", async (body, reason) => {
    expect(await call().post("/pools", body)).toMatchObject({ status: 500, reason });
  });

  test("pools lie in each other no deeper than three levels", async () => {
    expect((await call().post("/pools", { poolid: "a/b/c/d" })).errors).toEqual({
      poolid: "invalid format - pool name 'a/b/c/d' nested too deeply (max levels = 3)\n",
    });
  });

  test.each([
    [{ poolid: "prod", vms: "100" }, "VM 100 is already a pool member"],
    [{ poolid: "prod", vms: "111" }, "VM 111 belongs already to pool 'dev' and 'allow-move' is not set"],
    [{ poolid: "prod", vms: "104", delete: 1 }, "VM 104 is not a pool member"],
    [{ poolid: "prod", storage: "nas" }, "Storage 'nas' is already a pool member"],
    [{ poolid: "prod", storage: "local", delete: 1 }, "Storage 'local' is not a pool member"],
    [{ poolid: "ghost", comment: "x" }, "pool 'ghost' does not exist"],
  ])("the change %o is refused: %s", async (body, text) => {
    const { put } = call();
    expect((await put("/pools", body)).reason).toBe(`update pools failed: ${text}`);
  });

  test("with allow-move a guest changes its pool", async () => {
    const { get, put } = call();
    expect((await put("/pools", { poolid: "prod", vms: "111", "allow-move": 1 })).status).toBe(200);
    expect(memberIds(await get("/pools?poolid=dev"))).not.toContain("qemu/111");
  });

  test("a refusal half-way leaves nothing behind", async () => {
    const { get, put } = call();
    await put("/pools", { poolid: "prod", vms: "104,100", comment: "new" });
    expect(memberIds(await get("/pools?poolid=prod"))).not.toContain("qemu/104");
  });

  test("a pool with something in it is not deleted", async () => {
    const { post, del } = call();
    expect((await del("/pools/prod")).reason).toBe("delete pool failed: pool 'prod' is not empty (contains VM 100)");
    await post("/pools", { poolid: "a" });
    await post("/pools", { poolid: "a/b" });
    expect((await del("/pools?poolid=a")).reason).toBe(
      "delete pool failed: pool 'a' is not empty (contains pool 'a/b')",
    );
    expect((await del("/pools/ghost")).reason).toBe("delete pool failed: pool 'ghost' does not exist");
  });
});
