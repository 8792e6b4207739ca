import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

const user = { userid: "auditor@pve" };

describe("users", () => {
  it("are listed with their groups, and found by their id", async () => {
    await using lab = openLab();

    expect(await lab.run("list_users", { filter: "operator" })).toMatchObject({
      items: [{ userid: "operator@pve", enable: true, groups: ["operators"] }],
      total: 1,
    });
  });

  it("that do not exist are reported before anything is sent", async () => {
    await using lab = openLab();

    for (const name of ["get_user", "update_user", "delete_user"]) {
      const error = await failure(
        lab.run(name, { userid: "nobody@pve", ...(name === "update_user" && { comment: "x" }) }),
      );
      expect(error).toMatchObject({
        code: "TOOL_REFUSED",
        kind: "not-found",
        reason: expect.stringContaining("no such user"),
      });
    }
    expect(lab.sim.requests().every((request) => request.method === "GET")).toBe(true);
  });

  it("need a realm in their id", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("create_user", { userid: "jane" }));

    expect(error).toMatchObject({ code: expect.stringMatching(/TOOL_(ARGUMENT|REFUSED)/) });
    expect(String(error)).toContain("userid");
  });

  it("that exist already are not made again", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_user", user))).toMatchObject({ code: "TOOL_REFUSED", kind: "exists" });
  });

  it("end at a date that nobody has to reckon up, or at seconds since the epoch", async () => {
    await using lab = openLab();
    const end = async (expire: unknown) => {
      await lab.run("update_user", { ...user, expire });
      return (await lab.run("get_user", user))["expire"];
    };

    expect(await end("2027-01-31")).toBe(Date.UTC(2027, 0, 31) / 1000);
    expect(await end("2027-01-31T18:00:00+01:00")).toBe(Date.UTC(2027, 0, 31, 17) / 1000);
    expect(await end("1800000000")).toBe(1_800_000_000);
    expect(await end(0)).toBe(0);
    for (const expire of ["next year", "2027-13-01", "31.01.2027"]) {
      expect(await failure(lab.run("update_user", { ...user, expire }))).toMatchObject({
        problems: { expire: expect.stringContaining("2027-01-31") },
      });
    }
  });

  it("show what an update changed", async () => {
    await using lab = openLab();

    const answer = await lab.run("update_user", { ...user, enable: false, email: "audit@lab.example" });

    expect(answer).toMatchObject({
      done: true,
      changes: expect.arrayContaining([
        { key: "enable", before: true, after: false },
        expect.objectContaining({ key: "email", after: "audit@lab.example" }),
      ]),
    });
  });

  it("are not updated with nothing", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("update_user", user))).toMatchObject({ code: "TOOL_ARGUMENT" });
    expect(lab.sim.requests().map((request) => request.method)).toEqual(["GET"]);
  });

  it("show what went when they are deleted", async () => {
    await using lab = openLab();

    expect(await lab.run("delete_user", { userid: "operator@pve" })).toMatchObject({
      done: true,
      was: { groups: ["operators"] },
    });
  });
});

describe("change_password", () => {
  it("says that PVE lets no token do it", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("change_password", { ...user, password: "correct-horse-battery" }));

    expect(error).toMatchObject({
      code: "TOOL_PRECONDITION",
      remedy: expect.stringContaining("user name and password"),
    });
    expect(String(error)).not.toContain("correct-horse");
    expect(lab.sim.requests()).toEqual([]);
  });

  it("does not repeat the password", async () => {
    await using lab = openLab({ caller: "password" });

    expect(await lab.run("change_password", { ...user, password: "correct-horse-battery" })).toEqual({ done: true });
  });

  it("passes on that there is no such user", async () => {
    await using lab = openLab({ caller: "password" });

    const error = await failure(lab.run("change_password", { userid: "nobody@pve", password: "correct-horse" }));

    expect(String(error)).toContain("no such user");
  });
});

describe("API tokens", () => {
  it("are listed for everybody, or for one user", async () => {
    await using lab = openLab();

    expect(await lab.run("list_api_tokens")).toMatchObject({ count: 3 });
    expect(await lab.run("list_api_tokens", user)).toMatchObject({
      items: [{ token: "auditor@pve!reader" }],
      count: 1,
    });
  });

  it("are not made where their secret has no place, and nothing is sent", async () => {
    await using lab = openLab();
    const { execute, findTool } = await import("../src/index.js");
    const tool = findTool("create_api_token");
    if (tool === undefined) throw new Error("no such tool");

    const error = await failure(execute(tool, { ...user, tokenid: "ci" }, { client: lab.other }));

    expect(error).toMatchObject({ code: "TOOL_PRECONDITION", remedy: expect.stringContaining("operator") });
    expect(lab.sim.requests()).toEqual([]);
  });

  it("keep their secret out of the answer and out of errors", async () => {
    await using lab = openLab();

    const answer = await lab.run("create_api_token", { ...user, tokenid: "ci", privsep: true });
    const [, secret = "none"] = [...lab.secrets.values()].join("").split("=");

    expect(answer).toMatchObject({ token: "auditor@pve!ci", secret_saved_to: "/secrets/token-auditor@pve!ci" });
    expect(answer.notes?.[0]).toContain("set_acl");
    expect(JSON.stringify(answer)).not.toContain(secret);
  });

  it("are taken back when their secret cannot be saved", async () => {
    await using lab = openLab();
    const saveSecret = () => Promise.reject(new Error("the disk is full"));

    const error = await failure(lab.run("create_api_token", { ...user, tokenid: "ci" }, { saveSecret }));

    expect(error).toMatchObject({ code: "TOOL_PRECONDITION", message: expect.stringContaining("the disk is full") });
    expect(await lab.run("list_api_tokens", user)).toMatchObject({ count: 1 });
  });

  it("that exist already are not made again", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_api_token", { ...user, tokenid: "reader" }))).toMatchObject({
      code: "TOOL_REFUSED",
      fields: { tokenid: "Token already exists." },
    });
    expect(lab.secrets.size).toBe(0);
  });

  it("that do not exist cannot be deleted", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("delete_api_token", { ...user, tokenid: "none" }))).toMatchObject({
      code: "TOOL_REFUSED",
    });
    expect(lab.sim.requests().map((request) => request.method)).toEqual(["GET"]);
  });
});

describe("set_acl", () => {
  it("grants a role and takes it back", async () => {
    await using lab = openLab();
    const grant = { path: "/vms/100", role: "PVEVMUser", ...user };

    expect(await lab.run("set_acl", grant)).toMatchObject({
      entries: [{ type: "user", ugid: "auditor@pve", roleid: "PVEVMUser", propagate: true }],
    });
    expect((await lab.run("set_acl", grant)).notes).toEqual([expect.stringContaining("Nothing changed")]);
    expect(await lab.run("set_acl", { ...grant, delete: true })).toMatchObject({ entries: [] });
  });

  it("knows a path by other spellings that PVE takes", async () => {
    await using lab = openLab();

    for (const path of ["pool/prod", "//pool/prod/"]) {
      const answer = await lab.run("set_acl", { path, role: "PVEVMUser", ...user });
      expect(answer).toMatchObject({ path: "/pool/prod" });
      expect(answer["entries"]).toContainEqual(expect.objectContaining({ ugid: "auditor@pve", roleid: "PVEVMUser" }));
      expect(answer.notes ?? []).toHaveLength(path.startsWith("//") ? 1 : 0);
    }
  });

  it("puts a token's name together from its user and id", async () => {
    await using lab = openLab();

    const answer = await lab.run("set_acl", { path: "/", role: "PVEAuditor", ...user, tokenid: "reader" });

    expect(answer["entries"]).toContainEqual(expect.objectContaining({ type: "token", ugid: "auditor@pve!reader" }));
  });

  it("wants to know for whom", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("set_acl", { path: "/", role: "PVEAuditor" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
      problems: { userid: expect.stringContaining("one of userid, groupid and tokenid") },
    });
    expect(lab.sim.requests()).toEqual([]);
  });

  it("passes on that a role does not exist", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("set_acl", { path: "/", role: "Emperor", ...user }));

    expect(String(error)).toContain("Emperor");
  });
});

describe("groups and roles", () => {
  it("are shown before they go", async () => {
    await using lab = openLab();

    expect(await lab.run("delete_group", { groupid: "operators" })).toMatchObject({
      was: { members: ["operator@pve"] },
    });
  });

  it("that do not exist are reported", async () => {
    await using lab = openLab();

    expect(String(await failure(lab.run("delete_group", { groupid: "none" })))).toContain("none");
    expect(String(await failure(lab.run("delete_role", { roleid: "Emperor" })))).toContain("Emperor");
  });

  it("that come with PVE stay", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("delete_role", { roleid: "PVEAdmin" }))).toMatchObject({ code: "TOOL_REFUSED" });
    expect(await lab.run("list_roles")).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ roleid: "PVEAdmin", special: true })]),
    });
  });

  it("do not take privileges that there are not", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_role", { roleid: "Odd", privs: "VM.Fly" }))).toMatchObject({
      code: "TOOL_REFUSED",
    });
  });
});
