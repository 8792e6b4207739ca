import { describe, expect, it } from "vitest";
import { openSession, type Session } from "./session.js";

interface Login {
  readonly ticket: string;
  readonly CSRFPreventionToken: string;
  readonly username: string;
  readonly cap: Record<string, Record<string, 1>>;
  readonly clustername?: string;
}

async function logIn({ sim, send }: Session, password: string = sim.credentials.password): Promise<Login> {
  const form = { username: sim.credentials.username, password };
  const { json } = await send("POST", "/access/ticket", { token: null, form });
  return json.data as Login;
}

function cookie({ ticket }: Login): Record<string, string> {
  return { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}` };
}

describe("authentication", () => {
  it.each<[string, Record<string, string>, string]>([
    ["no credentials", {}, "No ticket"],
    ["a scheme PVE does not know", { authorization: "Bearer abc" }, "No ticket"],
    ["a garbage cookie", { cookie: "PVEAuthCookie=garbage" }, "Authentication failed!"],
    ["a token without secret", { authorization: "PVEAPIToken=root@pam!full" }, "Authentication failed!"],
    ["a token without name", { authorization: "PVEAPIToken=root@pam" }, "Authentication failed!"],
    ["a wrong secret", { authorization: "PVEAPIToken=root@pam!full=0" }, "Authentication failed!"],
    ["an unknown token", { authorization: "PVEAPIToken=root@pam!nope=0" }, "Authentication failed!"],
    ["an unknown user's token", { authorization: "PVEAPIToken=ghost@pve!t1=0" }, "Authentication failed!"],
  ])("answers %s with an empty 401 after three seconds", async (_title, headers, reason) => {
    const { sim, send } = openSession();
    const before = sim.clock.now();
    const answer = await send("GET", "/version", { token: null, headers });
    expect(answer).toMatchObject({ status: 401, reason, text: "" });
    expect(answer.headers.get("content-type")).toBeNull();
    expect(answer.headers.get("connection")).toBe("close");
    expect(sim.clock.now() - before).toBeGreaterThanOrEqual(3000);
  });

  it("does not look at the route before it knows the caller", async () => {
    const { send } = openSession();
    expect(await send("GET", "/does/not/exist", { token: null })).toMatchObject({ status: 401, reason: "No ticket" });
  });

  it("takes the delay of a refusal from the options", async () => {
    const { sim, send } = openSession({ authDelay: 250 });
    const before = sim.clock.now();
    await send("GET", "/version", { token: null });
    expect(sim.clock.now() - before).toBeLessThan(300);
  });

  it.each(["PVEAPIToken=", "PVEAPIToken "])("accepts a token after '%s'", async (keyword) => {
    const { sim, send } = openSession();
    const headers = { authorization: `${keyword}${sim.credentials.token}` };
    expect(await send("GET", "/version", { token: null, headers })).toMatchObject({ status: 200 });
  });

  it("lets a broken cookie win over a good token", async () => {
    const { send } = openSession();
    const answer = await send("GET", "/version", { headers: { cookie: "PVEAuthCookie=garbage" } });
    expect(answer).toMatchObject({ status: 401, reason: "Authentication failed!" });
  });

  it("logs in with a password and answers ticket, CSRF token, rights and cluster name", async () => {
    const session = openSession();
    const login = await logIn(session);
    expect(login.ticket).toMatch(/^PVE:root@pam:[0-9A-F]{8}::[A-Za-z0-9+/]{342}==$/);
    expect(login.CSRFPreventionToken).toMatch(/^[0-9A-F]{8}:[A-Za-z0-9+/]{43}$/);
    expect(login).toMatchObject({ username: "root@pam", cap: { vms: { "VM.Audit": 1 }, dc: { "Sys.Audit": 1 } } });
    expect(login.clustername).toBe("lab");
  });

  it("accepts name and realm apart from each other", async () => {
    const { sim, send } = openSession();
    const form = { username: "root", realm: "pam", password: sim.credentials.password };
    expect(await send("POST", "/access/ticket", { token: null, form })).toMatchObject({ status: 200 });
  });

  it.each([
    ["a wrong password", { username: "root@pam", password: "wrong" }],
    ["an unknown user", { username: "ghost@pve", password: "whatever1" }],
    ["an unknown realm", { username: "root@nope", password: "whatever1" }],
    ["a name without realm", { username: "root", password: "whatever1" }],
  ])("refuses a login with %s always in the same way", async (_title, form) => {
    const { sim, send } = openSession();
    const before = sim.clock.now();
    const answer = await send("POST", "/access/ticket", { token: null, form });
    expect(answer).toMatchObject({
      status: 401,
      reason: "authentication failure",
      json: { data: null, message: "authentication failure\n" },
    });
    expect(sim.clock.now() - before).toBeGreaterThanOrEqual(3000);
  });

  it("reports a missing password at once", async () => {
    const { sim, send } = openSession();
    const before = sim.clock.now();
    const answer = await send("POST", "/access/ticket", { token: null, form: { username: "root@pam" } });
    expect(answer.json.errors).toStrictEqual({ password: "property is missing and it is not optional" });
    expect(sim.clock.now() - before).toBeLessThan(100);
  });

  it("takes a ticket encoded or raw, from the cookie or from Authorization", async () => {
    const session = openSession();
    const { ticket } = await logIn(session);
    const encoded = `PVEAuthCookie=${encodeURIComponent(ticket)}`;
    for (const headers of [
      { cookie: encoded },
      { cookie: `lang=en; PVEAuthCookie=${ticket}; theme=dark` },
      { authorization: encoded },
    ]) {
      expect(await session.send("GET", "/version", { token: null, headers })).toMatchObject({ status: 200 });
    }
  });

  it("renews a ticket that is given as the password", async () => {
    const session = openSession();
    const first = await logIn(session);
    await session.sim.clock.advance(7_000_000);
    const second = await logIn(session, first.ticket);
    await session.sim.clock.advance(400_000);
    expect(await session.send("GET", "/version", { token: null, headers: cookie(first) })).toMatchObject({
      status: 401,
    });
    expect(await session.send("GET", "/version", { token: null, headers: cookie(second) })).toMatchObject({
      status: 200,
    });
  });

  it("lets tickets die after two hours, also as a password", async () => {
    const session = openSession();
    const login = await logIn(session);
    await session.sim.clock.advance(7_201_000);
    expect(await session.send("GET", "/version", { token: null, headers: cookie(login) })).toMatchObject({
      status: 401,
      reason: "Authentication failed!",
    });
    const form = { username: "root@pam", password: login.ticket };
    expect(await session.send("POST", "/access/ticket", { token: null, form })).toMatchObject({ status: 401 });
  });

  it("refuses a ticket whose signature was tampered with", async () => {
    const session = openSession();
    const login = await logIn(session);
    const forged = { ...login, ticket: login.ticket.replace("root@pam", "operator@pve") };
    expect(await session.send("GET", "/version", { token: null, headers: cookie(forged) })).toMatchObject({
      status: 401,
    });
  });

  it("needs the CSRF token of the same user for writing with a ticket, not for reading", async () => {
    const session = openSession();
    const { send } = session;
    const login = await logIn(session);
    const csrf = (value: string) => ({ ...cookie(login), csrfpreventiontoken: value });
    const write = (headers: Record<string, string>) =>
      send("POST", "/access/groups", { token: null, form: "groupid=g1", headers });
    const refused = { status: 401, reason: "Permission denied - invalid csrf token", text: "" };
    expect(await write(cookie(login))).toMatchObject(refused);
    expect(await write(csrf("6B00E8AF:AAAA"))).toMatchObject(refused);
    expect(await write(csrf(login.CSRFPreventionToken))).toMatchObject({ status: 200 });
    expect(await send("GET", "/access/groups/g1", { token: null, headers: cookie(login) })).toMatchObject({
      status: 200,
    });
  });

  it("needs no CSRF token with an API token", async () => {
    const { send } = openSession();
    expect(await send("POST", "/access/groups", { form: "groupid=g1" })).toMatchObject({ status: 200 });
  });

  it("answers open operations to anybody, at once", async () => {
    const { sim, send } = openSession();
    const before = sim.clock.now();
    expect(await send("GET", "/access/ticket", { token: null })).toMatchObject({ status: 200, text: '{"data":null}' });
    const { json } = await send("GET", "/access/domains", { token: null });
    expect(json.data).toContainEqual(expect.objectContaining({ realm: "pam", type: "pam" }));
    expect(sim.clock.now() - before).toBeLessThan(100);
  });

  it.each([
    ["POST", "/access/ticket", "username=root%40pam&password=x"],
    ["PUT", "/access/password", "userid=auditor%40pve&password=NobodyPass123"],
  ])("does not offer %s %s to API tokens", async (method, path, form) => {
    const { send } = openSession();
    const text = `Permission check failed (URI '${path}' not available with API token, need proper ticket.`;
    expect(await send(method, path, { form })).toMatchObject({
      status: 403,
      reason: text,
      json: { message: `${text}\n)\n` },
    });
  });

  it("locks out the tickets and tokens of a user that is disabled, expired or deleted", async () => {
    const session = openSession();
    const { sim, send } = session;
    const auditor = { token: sim.credentials.auditorToken };
    expect(await send("GET", "/version", auditor)).toMatchObject({ status: 200 });
    await send("PUT", "/access/users/auditor@pve", { form: "enable=0" });
    expect(await send("GET", "/version", auditor)).toMatchObject({ status: 401 });
    await send("PUT", "/access/users/auditor@pve", { form: "enable=1&expire=1000000000" });
    expect(await send("GET", "/version", auditor)).toMatchObject({ status: 401 });
    await send("PUT", "/access/users/auditor@pve", { form: "expire=0" });
    expect(await send("GET", "/version", auditor)).toMatchObject({ status: 200 });
    await send("DELETE", "/access/users/auditor@pve");
    expect(await send("GET", "/version", auditor)).toMatchObject({ status: 401 });
  });

  it("judges by path and privileges when the login asks for it", async () => {
    const { sim, send } = openSession();
    const ask = (path: string, privs: string) =>
      send("POST", "/access/ticket", {
        token: null,
        form: { username: "root@pam", password: sim.credentials.password, path, privs },
      });
    const { json } = await ask("/vms/100", "VM.Audit");
    expect(json.data).toMatchObject({ username: "root@pam" });
    expect(json.data).not.toHaveProperty("ticket");
    expect(await ask("/vms/100", "VM.Monitor")).toMatchObject({ status: 400 });
  });
});
