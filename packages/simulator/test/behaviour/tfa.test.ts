import { describe, expect, test } from "vitest";
import { totpCode } from "../../src/index.js";
import { type Answer, type Caller, call, items, object } from "./caller.js";

/** Sends the form to the login; nobody is logged in yet. */
async function logIn({ sim }: Caller, form: Record<string, string>): Promise<Answer> {
  const body = new URLSearchParams({ username: "alice@pve", ...form });
  const response = await sim.fetch("/api2/json/access/ticket", { method: "POST", body });
  const { data, errors } = (await response.json()) as Pick<Answer, "data" | "errors">;
  return { status: response.status, reason: response.statusText, data, errors };
}

/** root@pam, and a user with a time-based factor and recovery keys. */
async function withAlice(): Promise<{ root: Caller; keys: string[]; code: () => string }> {
  const root = await call({ authDelay: 0 }).as("root");
  const code = (): string => totpCode(secret, root.sim.clock.now());
  await root.post("/access/users", { userid: "alice@pve", password: "wonderland" });
  const totp = { type: "totp", description: "phone", totp: `otpauth://totp/x?secret=${secret}`, value: code() };
  await root.post("/access/tfa/alice@pve", totp);
  const made = object(await root.post("/access/tfa/alice@pve", { type: "recovery" }));
  return { root, keys: made["recovery"] as string[], code };
}

/** What the first step answers. */
async function halfway(root: Caller): Promise<string> {
  return String(object(await logIn(root, { password: "wonderland" }))["ticket"]);
}

async function secondStep(root: Caller, password: string): Promise<Answer> {
  return logIn(root, { "tfa-challenge": await halfway(root), password });
}

const secret = "JBSWY3DPEHPK3PXP";
const wrong = { status: 401, reason: "authentication failure", data: null };

describe("a login with a second factor", () => {
  test("asks for it, and says what it takes", async () => {
    const { root } = await withAlice();
    const answer = object(await logIn(root, { password: "wonderland" }));
    expect(Object.keys(answer).sort()).toEqual(["CSRFPreventionToken", "NeedTFA", "ticket", "username"]);
    const ways = /^PVE:!tfa!(.*):[0-9A-F]{8}::/.exec(String(answer["ticket"]))?.[1] ?? "";
    expect(JSON.parse(ways.replaceAll("%3A", ":"))).toEqual({ totp: true, recovery: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
    expect(await logIn(root, { password: "looking-glass" })).toMatchObject(wrong);
  });

  test("is whole after a right code, which is good once", async () => {
    const { root, code } = await withAlice();
    const now = code();
    const whole = object(await secondStep(root, `totp:${now}`));
    expect(whole).toMatchObject({ username: "alice@pve", cap: { vms: {} } });
    expect(whole).not.toHaveProperty("NeedTFA");
    const renewed = object(await logIn(root, { password: String(whole["ticket"]) }));
    expect(renewed).not.toHaveProperty("NeedTFA");
    expect(await secondStep(root, `totp:${now}`)).toMatchObject(wrong);
    await root.sim.clock.advance(60_000);
    expect((await secondStep(root, `totp:${code()}`)).status).toBe(200);
  });

  test("takes a recovery key once, and counts what is left by number", async () => {
    const { root, keys } = await withAlice();
    expect((await secondStep(root, `recovery:${keys[3]}`)).status).toBe(200);
    expect(await secondStep(root, `recovery:${keys[3]}`)).toMatchObject(wrong);
    expect(await halfway(root)).toContain('"recovery"%3A[0,1,2,4,5,6,7,8,9]');
  });

  test.each(["totp:000000", "recovery:", "000000", "webauthn:{}", "totp:"])("is refused with %s", async (answer) => {
    const { root } = await withAlice();
    expect(await secondStep(root, answer)).toMatchObject(wrong);
  });

  test("is no ticket before the second step, for nobody and nothing", async () => {
    const { root, code } = await withAlice();
    const ticket = await halfway(root);
    const headers = { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}` };
    const response = await root.sim.fetch("/api2/json/version", { headers });
    expect([response.status, response.statusText]).toEqual([401, "Authentication failed!"]);
    expect(await logIn(root, { password: ticket })).toMatchObject(wrong);
    const stolen = { username: "auditor@pve", "tfa-challenge": ticket, password: `totp:${code()}` };
    expect(await logIn(root, stolen)).toMatchObject(wrong);
    await root.sim.clock.advance(2 * 3_600_000);
    expect(await logIn(root, { "tfa-challenge": ticket, password: `totp:${code()}` })).toMatchObject(wrong);
  });

  test("looks at a code that comes with the password, and asks all the same", async () => {
    const { root, code } = await withAlice();
    expect(await logIn(root, { password: "wonderland", otp: "totp:000000" })).toMatchObject(wrong);
    expect(object(await logIn(root, { password: "wonderland", otp: `totp:${code()}` }))).toHaveProperty("NeedTFA", 1);
  });

  test("is not asked for where every factor is switched off or gone with its user", async () => {
    const { root } = await withAlice();
    await root.put("/access/users/alice@pve", { comment: "Alice" });
    for (const { id } of items(await root.get("/access/tfa/alice@pve"))) {
      await root.del(`/access/tfa/alice@pve/${String(id)}`);
    }
    expect(object(await logIn(root, { password: "wonderland" }))).not.toHaveProperty("NeedTFA");
    await root.post("/access/tfa/alice@pve", { type: "recovery" });
    await root.del("/access/users/alice@pve");
    await root.post("/access/users", { userid: "alice@pve", password: "wonderland" });
    expect(object(await logIn(root, { password: "wonderland" }))).not.toHaveProperty("NeedTFA");
  });

  test("can be made everybody's duty by the realm", async () => {
    const { root, keys, code } = await withAlice();
    await root.post("/access/users", { userid: "bob@pve", password: "no-factor" });
    expect((await root.put("/access/domains/pve", { tfa: "type=oath" })).status).toBe(200);
    expect(items(await root.get("/access/domains"))).toContainEqual(
      expect.objectContaining({ realm: "pve", tfa: "oath" }),
    );
    expect(await logIn(root, { username: "bob@pve", password: "no-factor" })).toMatchObject(wrong);
    expect((await secondStep(root, `totp:${code()}`)).status).toBe(200);
    expect((await secondStep(root, `recovery:${keys[0]}`)).status).toBe(200);
  });
});

describe("a second factor missed too often", () => {
  test("locks TOTP after eight codes, until a recovery key or an administrator unlocks it", async () => {
    const { root, keys, code } = await withAlice();
    const miss = async (): Promise<void> => {
      for (let n = 0; n < 8; n += 1) {
        expect(await secondStep(root, "totp:000000")).toMatchObject(wrong);
      }
    };
    await miss();
    expect(await secondStep(root, `totp:${code()}`)).toMatchObject(wrong);
    expect(items(await root.get("/access/tfa"))).toMatchObject([{ userid: "alice@pve", "totp-locked": 1 }]);
    expect((await secondStep(root, `recovery:${keys[0]}`)).status).toBe(200);
    expect((await secondStep(root, `totp:${code()}`)).status).toBe(200);
    await miss();
    expect((await root.put("/access/users/alice@pve/unlock-tfa")).data).toBe(1);
    expect((await root.put("/access/users/alice@pve/unlock-tfa")).data).toBe("");
    await root.sim.clock.advance(60_000);
    expect((await secondStep(root, `totp:${code()}`)).status).toBe(200);
  });

  test("locks everything for an hour after a hundred wrong keys", async () => {
    const { root, keys, code } = await withAlice();
    const challenge = await halfway(root);
    for (let n = 0; n < 100; n += 1) {
      await logIn(root, { "tfa-challenge": challenge, password: "recovery:0000-0000-0000-0000" });
    }
    expect(await secondStep(root, `recovery:${keys[0]}`)).toMatchObject(wrong);
    expect(await secondStep(root, `totp:${code()}`)).toMatchObject(wrong);
    const users = items(await root.get("/access/users"));
    const until = users.find(({ userid }) => userid === "alice@pve")?.["tfa-locked-until"];
    expect(Number(until)).toBeGreaterThan(root.sim.clock.now() / 1000 + 3500);
    await root.sim.clock.advance(3_600_000);
    expect((await secondStep(root, `recovery:${keys[0]}`)).status).toBe(200);
  });
});

describe("second factors", () => {
  const path = "/access/tfa/root@pam";

  test("the code of RFC 6238's example comes out", () => {
    expect(totpCode("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59_000)).toBe("287082");
  });

  test("a time-based factor needs a code that fits, and can be changed and removed", async () => {
    const root = await call().as("root");
    const totp = { type: "totp", description: "phone", totp: `otpauth://totp/x?secret=${secret}` };
    const wrong = await root.post(path, { ...totp, value: "000000" });
    expect(wrong).toMatchObject({ status: 500, reason: "failed to verify TOTP challenge" });
    const value = totpCode(secret, root.sim.clock.now());
    const { id } = object(await root.post(path, { ...totp, value }));
    const entry = { id, type: "totp", description: "phone", created: expect.any(Number) };
    expect(items(await root.get(path))).toEqual([entry]);
    expect((await root.put(`${path}/${id}`, { enable: 0, description: "old" })).data).toBe("");
    expect(object(await root.get(`${path}/${id}`))).toEqual({ ...entry, description: "old", enable: 0 });
    expect(items(await root.get("/access/tfa"))).toMatchObject([{ userid: "root@pam" }]);
    expect((await root.del(`${path}/${id}`)).status).toBe(200);
    expect((await root.get(`${path}/${id}`)).status).toBe(404);
    expect((await root.put(`${path}/${id}`, { enable: 0 })).reason).toBe("no such entry");
    expect((await root.del(`${path}/${id}`)).reason).toBe("no such entry");
  });

  test("recovery keys come once", async () => {
    const root = await call().as("root");
    const made = object(await root.post(path, { type: "recovery" }));
    expect(made["recovery"]).toHaveLength(10);
    expect((await root.post(path, { type: "recovery" })).reason).toBe("user already has recovery keys");
    expect((await root.get("/access/users/root@pam/tfa?multiple=1")).data).toEqual({ user: ["recovery"] });
    expect((await root.get("/access/users/root@pam/tfa")).data).toEqual({});
    expect((await root.put("/access/users/root@pam/unlock-tfa")).data).toBe("");
  });

  test("keys nobody holds are refused, tokens may not add factors, others may not look", async () => {
    const { post, as } = call();
    const root = await as("root");
    expect((await root.post(path, { type: "webauthn" })).reason).toBe("no webauthn configuration available");
    expect((await root.post(path, { type: "yubico" })).reason).toBe(
      "no yubico otp configuration available for realm pam",
    );
    expect((await post(path, { type: "recovery" })).status).toBe(403);
    const operator = await as("operatorToken");
    expect((await operator.get(path)).status).toBe(403);
    expect((await operator.get("/access/users/root@pam/tfa")).status).toBe(403);
    expect((await operator.put("/access/users/root@pam/unlock-tfa")).status).toBe(403);
    expect((await operator.get("/access/tfa")).data).toEqual([]);
  });
});
