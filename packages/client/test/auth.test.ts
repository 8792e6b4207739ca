import { inspect } from "node:util";
import { PveRequestError } from "@pve/client";
import { createSimulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { failureOf } from "./fault-server.js";
import { countRequests, faulty, simulated, simulatedClient } from "./simulated.js";

const LOGIN = /^\/access\/ticket$/;
const HOUR = 3_600_000;

function passwordClient() {
  const sim = createSimulator();
  const { username, password } = sim.credentials;
  return { sim, username, password, pve: simulatedClient(sim, { auth: { username, password } }) };
}

describe("a token", () => {
  it("is refused once and not tried again", async () => {
    const sim = createSimulator();
    const pve = simulatedClient(sim, { auth: { token: "root@pam!full=00000000-0000-0000-0000-000000000000" } });
    const error = await failureOf(pve.nodes.get());
    expect(error).toMatchObject({ status: 401, kind: "authentication", operation: "GET /nodes" });
    expect(sim.requests()).toHaveLength(1);
  });
});

describe("the identity of a client", () => {
  it("is the token's name, without its secret and without a request", async () => {
    const sim = createSimulator();
    const { token } = sim.credentials;
    const name = token.slice(0, token.indexOf("="));
    expect(await simulatedClient(sim, { auth: { token } }).identity()).toBe(name);
    expect(await simulatedClient(sim, { auth: { token: async () => token } }).identity()).toBe(name);
    expect(sim.requests()).toEqual([]);
  });

  it("is the user where a password or a ticket is used", async () => {
    const { sim, pve, username } = passwordClient();
    expect(await pve.identity()).toBe(username);
    expect(await pve.withOptions({ retries: false }).identity()).toBe(username);
    expect(sim.requests()).toEqual([]);
  });
});

describe("a password", () => {
  it("logs in once, before the first call, however many calls there are at once", async () => {
    const { sim, pve } = passwordClient();
    expect(sim.requests()).toEqual([]);
    await Promise.all([pve.nodes.get(), pve.version.get(), pve.cluster.resources.get()]);
    expect(countRequests(sim, "POST", LOGIN)).toBe(1);
  });

  it("may write: the CSRF token goes along", async () => {
    const { sim, pve } = passwordClient();
    await pve.nodes("pve1").qemu(100).config.put({ description: "by ticket" });
    expect(sim.guest(100)?.config["description"]).toBe("by ticket");
  });

  it("that is wrong fails the call that needed it, and every later one", async () => {
    const { sim, username } = passwordClient();
    const pve = simulatedClient(sim, { auth: { username, password: "wrong-horse" } });
    for (const _ of [1, 2]) {
      const error = await failureOf(pve.nodes.get());
      expect(error).toBeInstanceOf(PveRequestError);
      expect(error).toMatchObject({ status: 401, kind: "authentication", operation: "POST /access/ticket" });
    }
    expect(countRequests(sim, "GET", /./)).toBe(0);
  });

  it("is not needed again: the ticket is renewed with itself after an hour, once for all calls", async () => {
    const { sim, pve, password } = passwordClient();
    const bodies: string[] = [];
    const watched = simulatedClient(sim, {
      auth: { username: "root@pam", password },
      transport: async (url, init) => {
        if (url.endsWith("/access/ticket")) bodies.push(new TextDecoder().decode(init.body as Uint8Array));
        return sim.fetch(url, init);
      },
    });
    await watched.nodes.get();
    await sim.clock.advance(HOUR / 2);
    await watched.nodes.get();
    expect(bodies).toHaveLength(1);
    await sim.clock.advance(HOUR);
    await Promise.all([watched.nodes.get(), watched.version.get()]);
    expect(bodies).toHaveLength(2);
    expect(bodies[0]).toContain(encodeURIComponent(password));
    expect(bodies[1]).toMatch(/password=PVE%3Aroot%40pam/);
    for (let hours = 0; hours < 24; hours += 1) {
      await sim.clock.advance(HOUR + 1000);
      await watched.nodes.get();
    }
    expect(pve).toBeDefined();
  });

  it("is told apart from a ticket that idled to death", async () => {
    const { sim, pve } = passwordClient();
    await pve.nodes.get();
    await sim.clock.advance(3 * HOUR);
    const error = await failureOf(pve.nodes.get());
    expect(error).toMatchObject({ kind: "authentication" });
    expect(String(error)).toMatch(/can no longer be renewed.*auth\.password as a function/);
  });

  it("and so is one that the server no longer takes before its time", async () => {
    const { sim, username, password } = passwordClient();
    const pve = simulatedClient(sim, { auth: { username, password }, now: () => 0 });
    await pve.nodes.get();
    await sim.clock.advance(3 * HOUR);
    const error = await failureOf(pve.nodes.get());
    expect(error).toMatchObject({ status: 401, kind: "authentication" });
    expect(String(error)).toMatch(/can no longer be renewed.*auth\.password as a function/);
  });

  it("given as a function is asked again when the ticket has idled to death", async () => {
    const sim = createSimulator();
    let asked = 0;
    const password = async () => {
      asked += 1;
      return sim.credentials.password;
    };
    const pve = simulatedClient(sim, { auth: { username: "root@pam", password } });
    await pve.nodes.get();
    await sim.clock.advance(3 * HOUR);
    await pve.nodes.get();
    expect(asked).toBe(2);
  });

  it("survives a renewal that nobody answers while the ticket is still good", async () => {
    const sim = createSimulator();
    let broken = false;
    const pve = simulatedClient(sim, {
      auth: { username: "root@pam", password: sim.credentials.password },
      transport: faulty(sim, (url) => {
        return broken && url.endsWith("/access/ticket")
          ? Object.assign(new Error("x"), { code: "ECONNRESET" })
          : undefined;
      }),
    });
    await pve.nodes.get();
    broken = true;
    await sim.clock.advance(1.5 * HOUR);
    expect(await pve.nodes.get()).toHaveLength(3);
  });
});

describe("a 401 for a ticket", () => {
  it("leads to one renewal and one more try, also for a POST", async () => {
    const sim = createSimulator();
    let spoil = 1;
    const pve = simulatedClient(sim, {
      auth: { username: "root@pam", password: sim.credentials.password },
      transport: faulty(sim, (url) => {
        if (url.endsWith("/access/ticket") || spoil-- <= 0) return undefined;
        return new Response(null, { status: 401, statusText: "Authentication failed!" });
      }),
    });
    const task = await pve.nodes("pve2").qemu(103).status.start.post();
    await task.done();
    expect(countRequests(sim, "POST", LOGIN)).toBe(2);
    spoil = 5;
    expect(await failureOf(pve.nodes.get())).toMatchObject({ status: 401, kind: "authentication" });
    expect(spoil).toBe(3);
  });

  it("that speaks of somebody else's password is no reason to log in again", async () => {
    const { sim, pve } = passwordClient();
    const error = await failureOf(pve.access.ticket.post({ username: "auditor@pve", password: "guess" }));
    expect(error).toMatchObject({ status: 401, operation: "POST /access/ticket" });
    expect(countRequests(sim, "POST", LOGIN)).toBe(2);
  });
});

describe("a ticket that somebody else fetched", () => {
  it("is used, renewed by its age, and refused at the end of its life", async () => {
    const { sim, pve: other, username } = passwordClient();
    const { ticket = "", CSRFPreventionToken: csrfToken = "" } = await other.access.ticket.post({
      username,
      password: sim.credentials.password,
    });
    const logins = countRequests(sim, "POST", LOGIN);
    const pve = simulatedClient(sim, { auth: { ticket, csrfToken, username } });
    await pve.nodes("pve1").qemu(100).config.put({ description: "borrowed" });
    expect(countRequests(sim, "POST", LOGIN)).toBe(logins);
    await sim.clock.advance(1.5 * HOUR);
    await pve.nodes.get();
    expect(countRequests(sim, "POST", LOGIN)).toBe(logins + 1);
    await sim.clock.advance(3 * HOUR);
    expect(await failureOf(pve.nodes.get())).toMatchObject({ kind: "authentication" });
  });
});

describe("secrets", () => {
  /** Everything an error shows when it is printed, serialised or walked. */
  function everything(error: unknown): string {
    const seen: unknown[] = [];
    for (let inner = error; inner instanceof Error; inner = inner.cause)
      seen.push(inner.stack, inspect(inner, { depth: 9, showHidden: true }));
    return [JSON.stringify(error), String(error), ...seen].join("\n");
  }

  const secret = "5ec2e7f0-1234-4321-abcd-5ec2e7f05ec2";
  const token = { auth: { token: `root@pam!full=${secret}` } };
  const password = { auth: { username: "root@pam", password: secret } };
  const telltale = () => Object.assign(new Error(`sent Authorization: ${secret}`), { headers: secret });

  it.each([
    ["a token that is refused", token, undefined],
    ["a password that is refused", password, undefined],
    ["a transport that quotes its headers", token, telltale],
    ["a transport that quotes its body", password, telltale],
  ])("never show after %s", async (_, auth, fault) => {
    const { sim } = simulated();
    const pve = simulatedClient(sim, { ...auth, transport: faulty(sim, () => fault?.()) });
    for (const work of [
      pve.nodes.get(),
      pve.nodes("pve1").qemu(100).config.put({ cores: 1 }),
      pve.http.GET("/nodes"),
    ]) {
      const outcome = await work.catch((error: unknown) => error);
      expect(everything(outcome)).not.toContain(secret);
    }
    expect(inspect(pve, { depth: 9, showHidden: true })).not.toContain(secret);
  });
});
