import { describe, expect, it } from "vitest";
import { openSession } from "./session.js";

describe("users", () => {
  it("are created, listed, changed and deleted", async () => {
    const { send } = openSession();
    const form = "userid=tmp%40pve&password=Password123&groups=operators&firstname=F&email=t%40example.com";
    expect(await send("POST", "/access/users", { form })).toMatchObject({ status: 200, text: '{"data":null}' });
    expect((await send("GET", "/access/users/tmp@pve")).json.data).toStrictEqual({
      enable: 1,
      expire: 0,
      firstname: "F",
      email: "t@example.com",
      groups: ["operators"],
      tokens: null,
    });
    await send("PUT", "/access/users/tmp@pve", { form: "enable=0&groups=" });
    const list = async (query: string) =>
      ((await send("GET", `/access/users?${query}`)).json.data as Record<string, unknown>[]).find(
        (user) => user["userid"] === "tmp@pve",
      );
    expect(await list("enabled=1")).toBeUndefined();
    expect(await list("full=1")).toMatchObject({ enable: 0, "realm-type": "pve", groups: "", tokens: null });
    await send("DELETE", "/access/users/tmp@pve");
    expect(await send("GET", "/access/users/tmp@pve")).toMatchObject({ reason: "no such user ('tmp@pve')" });
  });

  it.each([
    ["userid=auditor%40pve", "create user failed: user 'auditor@pve' already exists"],
    ["userid=x1%40pve&groups=nosuch", "create user failed: no such group 'nosuch'"],
  ])("are not created from %s", async (form, reason) => {
    const { send } = openSession();
    expect(await send("POST", "/access/users", { form })).toMatchObject({ status: 500, reason });
  });

  it("log in with the password they were given last", async () => {
    const { send, sim } = openSession();
    await send("POST", "/access/users", { form: "userid=tmp%40pve&password=Password123" });
    const logIn = (username: string, password: string) =>
      send("POST", "/access/ticket", { token: null, form: { username, password } });
    expect(await logIn("tmp@pve", "Password123")).toMatchObject({ status: 200 });
    const { ticket, CSRFPreventionToken } = (await logIn("root@pam", sim.credentials.password)).json.data as Record<
      string,
      string
    >;
    const headers = { cookie: `PVEAuthCookie=${ticket}`, csrfpreventiontoken: `${CSRFPreventionToken}` };
    const form = "userid=tmp%40pve&password=NewPassword1";
    expect(await send("PUT", "/access/password", { token: null, form, headers })).toMatchObject({ status: 200 });
    expect(await logIn("tmp@pve", "Password123")).toMatchObject({ status: 401 });
    expect(await logIn("tmp@pve", "NewPassword1")).toMatchObject({ status: 200 });
  });

  it("have to repeat their own password to change it", async () => {
    const { send } = openSession();
    await send("POST", "/access/users", { form: "userid=tmp%40pve&password=Password123" });
    const login = { username: "tmp@pve", password: "Password123" };
    const { ticket, CSRFPreventionToken } = (await send("POST", "/access/ticket", { token: null, form: login })).json
      .data as Record<string, string>;
    const headers = { cookie: `PVEAuthCookie=${ticket}`, csrfpreventiontoken: `${CSRFPreventionToken}` };
    const change = (more: string) =>
      send("PUT", "/access/password", { token: null, headers, form: `userid=tmp%40pve&password=NewPassword1${more}` });
    expect((await change("")).json.errors).toStrictEqual({
      "confirmation-password": "password is required to modify user",
    });
    expect(await change("&confirmation-password=nope123")).toMatchObject({
      status: 500,
      reason: "invalid credentials",
    });
    expect(await change("&confirmation-password=Password123")).toMatchObject({ status: 200 });
  });
});

describe("API tokens", () => {
  it("show their secret once, and work until they are deleted", async () => {
    const { send } = openSession();
    const path = "/access/users/auditor@pve/token/t1";
    const { json } = await send("POST", path, { form: "comment=tok&expire=0&privsep=0" });
    expect(json.data).toMatchObject({
      "full-tokenid": "auditor@pve!t1",
      info: { comment: "tok", expire: "0", privsep: "0" },
      value: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const { value } = json.data as { value: string };
    const token = `auditor@pve!t1=${value}`;
    expect(await send("GET", "/version", { token })).toMatchObject({ status: 200 });
    expect((await send("GET", path)).json.data).toStrictEqual({ comment: "tok", expire: 0, privsep: 0 });
    expect((await send("POST", path)).json.errors).toStrictEqual({ tokenid: "Token already exists." });
    await send("DELETE", path);
    expect(await send("GET", "/version", { token })).toMatchObject({ status: 401 });
    expect(await send("GET", path)).toMatchObject({ reason: "no such token 't1' for user 'auditor@pve'" });
  });

  it("get a new secret that makes the old one useless", async () => {
    const { sim, send } = openSession();
    const { json } = await send("PUT", "/access/users/auditor@pve/token/reader", { form: "regenerate=1" });
    const { value } = json.data as { value: string };
    expect(await send("GET", "/version", { token: sim.credentials.auditorToken })).toMatchObject({ status: 401 });
    expect(await send("GET", "/version", { token: `auditor@pve!reader=${value}` })).toMatchObject({ status: 200 });
  });

  it("stop working when their time is over", async () => {
    const { sim, send } = openSession();
    const expire = Math.floor(sim.clock.now() / 1000) + 60;
    await send("PUT", "/access/users/auditor@pve/token/reader", { form: `expire=${expire}` });
    const look = () => send("GET", "/version", { token: sim.credentials.auditorToken });
    expect(await look()).toMatchObject({ status: 200 });
    await sim.clock.advance(60_000);
    expect(await look()).toMatchObject({ status: 401, reason: "Authentication failed!" });
  });
});

describe("groups and roles", () => {
  it.each([
    ["POST", "/access/groups", "groupid=operators", 500, "create group failed: group 'operators' already exists"],
    ["PUT", "/access/groups/nosuch", "comment=x", 500, "update group failed: group 'nosuch' does not exist"],
    ["DELETE", "/access/groups/nosuch", undefined, 500, "delete group failed: group 'nosuch' does not exist"],
    ["GET", "/access/groups/ghost", undefined, 500, "group 'ghost' does not exist"],
    ["POST", "/access/roles", "roleid=NoAccess", 500, "create role failed: role 'NoAccess' already exists"],
    [
      "PUT",
      "/access/roles/Administrator",
      "privs=VM.Audit",
      500,
      "auto-generated role 'Administrator' cannot be modified",
    ],
    ["DELETE", "/access/roles/PVEAdmin", undefined, 500, "auto-generated role 'PVEAdmin' cannot be deleted"],
    ["DELETE", "/access/roles/Ghost", undefined, 500, "delete role failed: role 'Ghost' does not exist"],
    ["GET", "/access/roles/ghost", undefined, 500, "role 'ghost' does not exist"],
  ])("refuse %s %s", async (method, path, form, status, reason) => {
    const { send } = openSession();
    expect(await send(method, path, form === undefined ? {} : { form })).toMatchObject({ status, reason });
  });

  it("keep PVE's own names for PVE", async () => {
    const { send } = openSession();
    const { json } = await send("POST", "/access/roles", { form: "roleid=pveFoo" });
    expect(json.errors).toStrictEqual({
      roleid: "cannot use role ID starting with the (case-insensitive) 'PVE' namespace",
    });
  });

  it("make a role, add to it and replace it", async () => {
    const { send } = openSession();
    await send("POST", "/access/roles", { form: "roleid=Mine&privs=VM.Audit" });
    const read = async () => (await send("GET", "/access/roles/Mine")).json.data;
    await send("PUT", "/access/roles/Mine", { form: "privs=VM.Console&append=1" });
    expect(await read()).toStrictEqual({ "VM.Audit": 1, "VM.Console": 1 });
    await send("PUT", "/access/roles/Mine", { form: "privs=VM.PowerMgmt" });
    expect(await read()).toStrictEqual({ "VM.PowerMgmt": 1 });
  });

  it("list the built-in roles with their privileges", async () => {
    const { send } = openSession();
    expect((await send("GET", "/access/roles")).json.data).toContainEqual({
      roleid: "PVETemplateUser",
      privs: "VM.Audit,VM.Clone",
      special: 1,
    });
  });
});

describe("the access control list", () => {
  it.each([
    [
      "path=/vms/100&roles=PVEVMUser",
      400,
      { users: expect.any(String), groups: expect.any(String), tokens: expect.any(String) },
    ],
    ["path=/bogus/path&roles=PVEVMUser&users=auditor%40pve", 400, { path: "invalid ACL path '/bogus/path'" }],
    ["path=/vms/100&roles=Ghost&users=auditor%40pve", 500, "ACL update failed: role 'Ghost' does not exist"],
    ["path=/vms/100&roles=PVEVMUser&users=ghost%40pve", 500, "ACL update failed: user 'ghost@pve' does not exist"],
    ["path=/vms/100&roles=PVEVMUser&groups=ghost", 500, "ACL update failed: group 'ghost' does not exist"],
  ])("refuses %s", async (form, status, problem) => {
    const { send } = openSession();
    const answer = await send("PUT", "/access/acl", { form });
    expect(answer.status).toBe(status);
    expect(typeof problem === "string" ? answer.reason : answer.json.errors).toStrictEqual(problem);
  });

  it("lets nobody hand out more than they hold", async () => {
    const { sim, send } = openSession();
    const form = "path=/vms/100&roles=Administrator&users=auditor%40pve";
    await send("PUT", "/access/acl", { form: "path=/vms/100&roles=PVEVMAdmin&users=operator%40pve" });
    const answer = await send("PUT", "/access/acl", { form, token: sim.credentials.operatorToken });
    expect(answer.json.errors).toStrictEqual({
      role: "Cannot add role 'Administrator' - requires 'Permissions.Modify' or superset of privileges.",
    });
    const less = { form: form.replace("Administrator", "PVEVMUser"), token: sim.credentials.operatorToken };
    expect(await send("PUT", "/access/acl", less)).toMatchObject({ status: 200 });
  });

  it("lists entries as they were made", async () => {
    const { send } = openSession();
    await send("PUT", "/access/acl", { form: "path=/vms/100/&roles=PVEVMUser&groups=operators&propagate=0" });
    expect((await send("GET", "/access/acl")).json.data).toContainEqual({
      path: "/vms/100",
      type: "group",
      ugid: "operators",
      roleid: "PVEVMUser",
      propagate: 0,
    });
  });
});
