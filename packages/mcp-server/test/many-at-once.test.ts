import { describe, expect, it } from "vitest";
import { policyFrom, policySection } from "../src/policy/policy-section.js";
import { type Asked, connect, type Person, type Session, type SessionOptions } from "./session.js";

const changesOf = (session: Session) => session.pve.requests().filter(({ method }) => method !== "GET");

function withPolicy(section: object): SessionOptions {
  return { allowed: "destroy", policy: policyFrom(policySection.parse(section), "policy") };
}

/** Two stopped guests, in either order of naming them. */
const orders = [["103,203"], ["203,103"]];

describe("what is done to many guests at once", () => {
  it.each(orders)("is refused whole where a rule forbids it of one: %s", async (vmids) => {
    await using session = await connect(withPolicy({ rules: [{ name: "hands off", effect: "deny", vmid: 103 }] }));
    const { isError, text } = await session.callTool("start_guests", { vmids });
    expect(isError).toBe(true);
    expect(text).toMatch(/start_guests was refused: .*hands off.* Nothing was changed\./);
    expect(changesOf(session)).toEqual([]);
  });

  it.each(orders)("waits for the approval that one of them takes: %s", async (vmids) => {
    const asked: Asked[] = [];
    let before = -1;
    const person: Person = (one) => {
      asked.push(one);
      before = changesOf(session).length;
      return { action: "accept", content: { name: one.words[0] ?? "" } };
    };
    await using session = await connect({ ...withPolicy({ protect: [{ vmid: 103 }] }), person });
    const { isError, text, data } = await session.callTool("start_guests", { vmids });
    expect(isError, text).toBe(false);
    expect(asked.map(({ message }) => message)).toEqual([expect.stringContaining('Guest 103 "win11"')]);
    expect(asked[0]?.message).not.toContain("archive");
    expect(before).toBe(0);
    expect(data["items"]).toMatchObject([{ outcome: "done" }, { outcome: "done" }]);
  });

  it.each(orders)("is not begun where that approval is not given: %s", async (vmids) => {
    const person: Person = () => ({ action: "decline" });
    await using session = await connect({ ...withPolicy({ protect: [{ vmid: 103 }] }), person });
    expect(await session.callTool("start_guests", { vmids })).toMatchObject({ isError: true });
    expect(changesOf(session)).toEqual([]);
  });

  it.each(orders)("is refused whole where the token lacks a privilege on one: %s", async (vmids) => {
    await using session = await connect({ allowed: "change", token: (pve) => pve.credentials.auditorToken });
    await using admin = await connect({ allowed: "destroy", pve: session.pve });
    await admin.callTool("set_acl", { path: "/vms/203", role: "PVEVMUser", userid: "auditor@pve" });
    const before = changesOf(session).length;
    const { isError, text } = await session.callTool("start_guests", { vmids });
    expect(isError).toBe(true);
    expect(text).toMatch(/VM\.PowerMgmt.* Nothing was changed\./s);
    expect(changesOf(session)).toHaveLength(before);
  });

  it("tells of progress from its beginning, although it was looked at before", async () => {
    await using session = await connect({ allowed: "change" });
    const { outcome, seen } = await session.callWithProgress("start_guests", { vmids: "103,203" });
    expect(outcome.isError).toBe(false);
    const messages = seen.map(({ message }) => message);
    expect(new Set(messages).size).toBe(messages.length);
  });
});
