import { inspect } from "node:util";
import type { PasswordAuth, PveClient, SecondFactor } from "@pve/client";
import { createSimulator, type Simulator, totpCode } from "@pve/simulator";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { failureOf } from "./fault-server.js";
import { countRequests, simulatedClient } from "./simulated.js";

const secret = "JBSWY3DPEHPK3PXP";
const password = "down the rabbit hole";

describe("a login with a second factor, to a simulated PVE that verifies it", () => {
  let sim: Simulator;
  let recoveryKeys: readonly string[];
  const code = () => totpCode(secret, sim.clock.now());

  beforeEach(async () => {
    sim = createSimulator();
    const { username, password: rootPassword } = sim.credentials;
    const root = simulatedClient(sim, { auth: { username, password: rootPassword } });
    await root.access.users.post({ userid: "alice@pve", password });
    await root.access.acl.put({ path: "/", users: "alice@pve", roles: "PVEAuditor" });
    const factors = root.access.tfa("alice@pve");
    const totp = `otpauth://totp/PVE:alice@pve?secret=${secret}&issuer=PVE`;
    await factors.post({ type: "totp", description: "phone", totp, value: code() });
    recoveryKeys = (await factors.post({ type: "recovery" })).recovery ?? [];
  });
  afterEach(() => sim.close());

  function alice(secondFactor?: SecondFactor): PveClient {
    const auth: PasswordAuth = { username: "alice@pve", password, ...(secondFactor && { secondFactor }) };
    return simulatedClient(sim, { auth });
  }
  const logins = () => countRequests(sim, "POST", /^\/access\/ticket$/);

  test.each<[string, () => SecondFactor]>([
    ["a code from a function", () => ({ totp: async () => `${code()}\n` })],
    ["a recovery key", () => ({ recovery: recoveryKeys[4] ?? "" })],
  ])("is answered with %s", async (_, factor) => {
    const before = logins();
    expect(await alice(factor()).nodes.get()).toHaveLength(3);
    expect(logins() - before).toBe(2);
  });

  it("is asked for once, by however many calls, and not again when the ticket is renewed", async () => {
    let asked = 0;
    const totp = () => {
      asked += 1;
      return code();
    };
    const pve = alice({ totp });
    await Promise.all([pve.nodes.get(), pve.nodes.get()]);
    await sim.clock.advance(90 * 60_000);
    const before = logins();
    await pve.nodes.get();
    expect([asked, logins() - before]).toEqual([1, 1]);
  });

  test.each<[string, () => SecondFactor | undefined, RegExp]>([
    ["none was given", () => undefined, /needs a second factor \(TFA\); give auth\.secondFactor, or use an API token/],
    [
      "one of another kind was given",
      () => ({ yubico: "c" }),
      /no second factor of kind yubico; it takes totp, recovery$/,
    ],
    ["it is wrong", () => ({ totp: "000000" }), /401 authentication failure/],
  ])("fails when %s", async (_, factor, want) => {
    const error = await failureOf(alice(factor()).nodes.get());
    expect(error).toMatchObject({ code: "PVE_REQUEST", kind: "authentication", operation: "POST /access/ticket" });
    expect(String(error)).toMatch(want);
    expect(inspect(error, { depth: 9 })).not.toContain("000000");
    expect(countRequests(sim, "GET", /^\/nodes$/)).toBe(0);
  });
});
