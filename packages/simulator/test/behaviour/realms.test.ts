import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

const ldap = { realm: "corp", type: "ldap", server1: "ldap.example", base_dn: "dc=x", user_attr: "uid" };

describe("realms", () => {
  test("a realm is added, read without its password, changed and deleted", async () => {
    const { get, post, put, del } = call();
    const body = { ...ldap, password: "secret", "sync-defaults-options": "scope=users,enable-new=1" };
    expect((await post("/access/domains", body)).status).toBe(200);
    const read = object(await get("/access/domains/corp"));
    expect(read).toMatchObject({
      type: "ldap",
      server1: "ldap.example",
      "sync-defaults-options": "enable-new=1,scope=users",
    });
    expect(read).not.toHaveProperty("password");
    await put("/access/domains/corp", { comment: "c", default: 1, digest: String(read["digest"]) });
    expect(items(await get("/access/domains"))).toContainEqual({
      realm: "corp",
      type: "ldap",
      comment: "c",
      default: 1,
    });
    await put("/access/domains/corp", { delete: "comment" });
    expect(object(await get("/access/domains/corp"))).not.toHaveProperty("comment");
    expect((await del("/access/domains/corp")).status).toBe(200);
    expect((await get("/access/domains/corp")).reason).toBe("domain 'corp' does not exist");
  });

  test.each([
    [{ ...ldap, realm: "pve" }, "domain 'pve' already exists"],
    [{ realm: "x1", type: "pam" }, "unable to create builtin type 'pam'"],
    [{ realm: "x1", type: "ad", server1: "s" }, "missing value for required option 'domain'"],
    [{ ...ldap, "client-id": "x" }, "unexpected property 'client-id'"],
  ])("%o is refused: %s", async (body, text) => {
    expect((await call().post("/access/domains", body)).reason).toBe(`add auth server failed: ${text}`);
  });

  test("changing and deleting what is not there, changing nothing, and stale digests are refused", async () => {
    const { post, put, del } = call();
    await post("/access/domains", ldap);
    const change = async (realm: string, body: Record<string, string>) =>
      (await put(`/access/domains/${realm}`, body)).reason;
    expect(await change("ghost", { comment: "x" })).toBe("update auth server failed: domain 'ghost' does not exist");
    expect(await change("corp", {})).toBe("update auth server failed: no options specified");
    expect(await change("corp", { comment: "x", digest: "0".repeat(40) })).toMatch(/detected modified configuration/);
    expect((await del("/access/domains/ghost")).reason).toBe(
      "delete auth server failed: authentication domain 'ghost' does not exist",
    );
    expect((await del("/access/domains/pam")).status).toBe(200);
  });

  test("a sync is a task that finds no server", async () => {
    const { post, done } = call();
    await post("/access/domains", ldap);
    const ended = await done(await post("/access/domains/corp/sync", { scope: "users", "dry-run": 1 }));
    expect(ended.upid).toContain(":auth-realm-sync-test:corp:");
    expect(ended.log).toEqual(["(dry test run) starting sync for realm corp", "TASK ERROR: Name or service not known"]);
    expect((await post("/access/domains/corp/sync")).errors).toHaveProperty("scope");
    expect((await post("/access/domains/pve/sync", { scope: "users" })).reason).toBe(
      "Cannot sync realm type 'pve'! Only LDAP/AD realms can be synced.",
    );
    expect((await post("/access/domains/ghost/sync", { scope: "users" })).errors).toEqual({
      realm: "Realm does not exist.",
    });
  });

  test("OpenID goes as far as it goes without a provider", async () => {
    const { get, post } = call();
    expect(items(await get("/access/openid"))).toHaveLength(2);
    await post("/access/domains", {
      realm: "sso",
      type: "openid",
      "issuer-url": "https://id.example",
      "client-id": "pve",
    });
    const ask = async (realm: string) => post("/access/openid/auth-url", { realm, "redirect-url": "https://x" });
    expect((await ask("ghost")).reason).toBe("authentication domain 'ghost' does not exist");
    expect((await ask("pve")).reason).toBe("wrong realm type (pve != openid)");
    expect((await ask("sso")).status).toBe(500);
    const login = await post("/access/openid/login", { code: "c", state: "s", "redirect-url": "https://x" });
    expect(login).toMatchObject({ status: 401, reason: "authentication failure" });
    expect((await get("/access/openid?x=1")).status).toBe(400);
  });
});
