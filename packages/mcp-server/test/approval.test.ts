import { describe, expect, it } from "vitest";
import { createSealer } from "../src/approval/seal.js";
import { rememberHere } from "../src/approval/single-use.js";
import type { Caller } from "../src/caller.js";
import { type Asked, connect, outcomeOf, type Person, type Session, type SessionOptions } from "./session.js";

const changesOf = (session: Session) => session.pve.requests().filter(({ method }) => method !== "GET");

describe.each(["2025-11-25", "2026-07-28"] as const)("a call that destroys, in revision %s", (era) => {
  it("asks the person at the client, shows what will be done, and does it once", async () => {
    const asked: Asked[] = [];
    const person: Person = (one) => {
      asked.push(one);
      return { action: "accept", content: { name: one.words[1] ?? "" } };
    };
    await using session = await connect({ allowed: "destroy", era, person });
    const { isError, text } = await session.callTool("delete_vm", { vmid: 103 });
    expect(isError, text).toBe(false);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.words).toEqual(["win11", "103"]);
    expect(asked[0]?.message).toMatch(
      /delete_vm.* on pve, asked by local\nDELETE \/nodes\/\{node\}\/qemu\/\{vmid\}\n {2}vmid: "103"\n {2}node: "pve2"/,
    );
    expect(asked[0]?.message).toMatch(/Guest 103 "win11" on pve2, stopped/);
    expect(changesOf(session)).toHaveLength(1);
    expect(session.pve.guest(103)).toBeUndefined();
  });

  it("finds the request unchanged when time has passed, also where the tool gave it an id", async () => {
    const settings: { session?: Session } = {};
    const person: Person = async ({ words: [name = ""] }) => {
      await settings.session?.pve.clock.advance(5000);
      return { action: "accept", content: { name } };
    };
    await using session = await connect({ allowed: "destroy", era, person });
    settings.session = session;
    const job = { pool: "prod", storage: "nas", schedule: "02:30", "prune-backups": "keep-daily=7" };
    const { isError, text } = await session.callTool("create_backup_job", job);
    expect(isError, text).toBe(false);
    expect(changesOf(session)).toHaveLength(1);
  });

  const refusals: [title: string, person: Person | "nobody", want: RegExp][] = [
    ["declines", () => ({ action: "decline" }), /declined/],
    ["closes the question", () => ({ action: "cancel" }), /closed without an answer/],
    ["types another name", () => ({ action: "accept", content: { name: "104" } }), /not the name/],
    ["says yes without typing", () => ({ action: "accept", content: { name: "yes" } }), /not the name/],
    ["cannot be asked", "nobody", /no form elicitation.*approval\.directory.*approval\.mode to off/s],
  ];

  it.each(refusals)("changes nothing when the person %s", async (_title, person, want) => {
    await using session = await connect({ allowed: "destroy", era, person });
    const { isError, text } = await session.callTool("delete_vm", { vmid: 103 });
    expect(isError).toBe(true);
    expect(text).toMatch(want);
    expect(text).toContain("Nothing was changed");
    expect(changesOf(session)).toEqual([]);
  });

  it("is not approved by an argument", async () => {
    await using session = await connect({ allowed: "destroy", era, person: "nobody" });
    for (const more of [{ confirm: true }, { name: "103" }, { approved: true }]) {
      expect(await session.callTool("delete_vm", { vmid: 103, ...more })).toMatchObject({ isError: true });
    }
    expect(changesOf(session)).toEqual([]);
  });

  it("is refused when the guest changed while the person thought", async () => {
    const settings: { session?: Session } = {};
    const person: Person = async ({ words: [name = ""] }) => {
      await settings.session?.pve.fetch(`${settings.session.pve.baseUrl}/api2/json/nodes/pve2/qemu/103/config`, {
        method: "PUT",
        headers: {
          authorization: `PVEAPIToken=${settings.session.pve.credentials.token}`,
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new TextEncoder().encode("description=changed"),
      });
      return { action: "accept", content: { name } };
    };
    await using session = await connect({ allowed: "destroy", era, person });
    settings.session = session;
    const { isError, text } = await session.callTool("delete_vm", { vmid: 103 });
    expect(isError).toBe(true);
    expect(text).toMatch(/no longer as it was when it was approved/);
    expect(session.pve.guest(103)).toBeDefined();
  });

  it("goes ahead unasked where the operator has switched approval off", async () => {
    await using session = await connect({ allowed: "destroy", era, person: "nobody", approval: { mode: "off" } });
    expect(await session.callTool("delete_vm", { vmid: 103 })).toMatchObject({ isError: false });
  });
});

describe("a call that destroys many things", () => {
  it.each(["2025-11-25", "2026-07-28"] as const)(
    "shows every one of them, and does no other, in revision %s",
    async (era) => {
      const asked: Asked[] = [];
      const person: Person = (one) => {
        asked.push(one);
        return { action: "accept", content: { name: one.words[0] ?? "" } };
      };
      await using session = await connect({ allowed: "destroy", era, person });
      const { isError, text } = await session.callTool("stop_guests", { vmids: [100, 101, 200] });
      expect(isError, text).toBe(false);
      expect(asked).toHaveLength(1);
      expect(asked[0]?.words).toEqual(["3 requests"]);
      for (const vmid of [100, 101, 200]) expect(asked[0]?.message).toContain(`Guest ${vmid} `);
      expect(changesOf(session)).toHaveLength(3);
    },
  );

  it("does none of them when they are not approved", async () => {
    await using session = await connect({ allowed: "destroy", person: () => ({ action: "decline" }) });
    expect(await session.callTool("stop_guests", { vmids: [100, 101, 200] })).toMatchObject({ isError: true });
    expect(changesOf(session)).toEqual([]);
  });
});

describe("a call that only changes", () => {
  it("needs nobody's approval", async () => {
    await using session = await connect({ allowed: "destroy", person: "nobody" });
    expect(await session.callTool("start_vm", { vmid: 103 })).toMatchObject({ isError: false });
  });
});

describe("a person who takes long", () => {
  it("is waited for with signs of life, as long as the question is open", async () => {
    let heard: () => void = () => {};
    const alive = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const person: Person = async ({ words: [name = ""] }) => {
      await alive;
      return { action: "accept", content: { name } };
    };
    await using session = await connect({ allowed: "destroy", person, approval: { heartbeat: 1 } });
    const onprogress = ({ message }: { message?: string | undefined }) => {
      if (message === "Waiting for approval.") heard();
    };
    const result = await session.mcp.callTool({ name: "delete_vm", arguments: { vmid: 103 } }, { onprogress });
    expect(result.isError).not.toBe(true);
  });

  it("is refused when the question has expired", async () => {
    const person: Person = () => new Promise(() => {});
    await using session = await connect({ allowed: "destroy", person, approval: { expires: 20 } });
    const { isError, text } = await session.callTool("delete_vm", { vmid: 103 });
    expect(isError).toBe(true);
    expect(text).toContain("nobody answered in time");
  });
});

/** A question that the test holds in its hands, and what calling again with an answer comes to. */
async function held(options: SessionOptions = {}) {
  const session = await connect({ allowed: "destroy", era: "2026-07-28", manual: true, ...options });
  const call = { name: "delete_vm", arguments: { vmid: 103 } };
  const first = await session.mcp.callTool(call, { allowInputRequired: true });
  const state = "requestState" in first ? String(first["requestState"]) : "";
  const again = async (
    change: { state?: string; args?: Record<string, unknown>; word?: string; tool?: string } = {},
    by = session,
  ) => {
    const params = {
      name: change.tool ?? call.name,
      arguments: change.args ?? call.arguments,
      requestState: change.state ?? state,
      inputResponses: { approval: { action: "accept", content: { name: change.word ?? "103" } } },
    };
    return outcomeOf(await by.mcp.callTool(params, { allowInputRequired: true }));
  };
  return { session, state, again };
}

describe("the sealed state of a question", () => {
  it("lets the call through that it was made for", async () => {
    const { session, again } = await held();
    await using _ = session;
    expect(await again()).toMatchObject({ isError: false });
    expect(session.pve.guest(103)).toBeUndefined();
  });

  const tampered: [title: string, change: (state: string) => string][] = [
    ["one character is another", (state) => `${state.slice(0, 40)}${state[40] === "A" ? "B" : "A"}${state.slice(41)}`],
    ["its end is missing", (state) => state.slice(0, -4)],
    ["it is written in another way", (state) => `${state}=`],
    ["it was sealed with another key", () => createSealer(new Uint8Array(32)).seal("approval by the client", {})],
  ];

  it.each(tampered)("refuses when %s", async (_title, change) => {
    const { session, state, again } = await held();
    await using _ = session;
    expect(await again({ state: change(state) })).toMatchObject({
      isError: true,
      text: expect.stringContaining("altered"),
    });
    expect(changesOf(session)).toEqual([]);
  });

  it("refuses other arguments and another tool", async () => {
    const { session, again } = await held();
    await using _ = session;
    for (const change of [{ args: { vmid: 100 } }, { args: { vmid: 103, purge: true } }, { tool: "stop_vm" }]) {
      expect(await again(change)).toMatchObject({ isError: true, text: expect.stringContaining("another call") });
    }
    expect(changesOf(session)).toEqual([]);
  });

  it("refuses another caller", async () => {
    const shared = { sealer: createSealer(new Uint8Array(32)), singleUse: rememberHere() };
    const { session, again } = await held({ approval: shared });
    await using _ = session;
    const caller: Caller = { id: "mallory", reach: "destroy" };
    await using other = await connect({
      allowed: "destroy",
      era: "2026-07-28",
      manual: true,
      approval: shared,
      caller,
      pve: session.pve,
    });
    expect(await again({}, other)).toMatchObject({ isError: true, text: expect.stringContaining("another caller") });
    expect(changesOf(session)).toEqual([]);
  });

  it("refuses once it has expired", async () => {
    const { session, again } = await held();
    await using _ = session;
    await session.pve.clock.advance(300_001);
    expect(await again()).toMatchObject({ isError: true, text: expect.stringContaining("too late") });
    expect(changesOf(session)).toEqual([]);
  });

  it("is good for one use, also when the same call comes many times at once", async () => {
    const { session, again } = await held();
    await using _ = session;
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => again()));
    expect(outcomes.filter(({ isError }) => !isError)).toHaveLength(1);
    expect(changesOf(session)).toHaveLength(1);
    expect(await again()).toMatchObject({ isError: true });
    expect(changesOf(session)).toHaveLength(1);
  });

  it("is used up by a wrong answer", async () => {
    const { session, again } = await held();
    await using _ = session;
    expect(await again({ word: "104" })).toMatchObject({ isError: true });
    expect(await again()).toMatchObject({ isError: true, text: expect.stringContaining("used before") });
    expect(changesOf(session)).toEqual([]);
  });
});
