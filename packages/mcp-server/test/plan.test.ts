import { describe, expect, it } from "vitest";
import { createSealer } from "../src/approval/seal.js";
import { rememberHere } from "../src/approval/single-use.js";
import { policyFrom, policySection } from "../src/policy/policy-section.js";
import { connect, type Outcome, type Session, type SessionOptions } from "./session.js";

const changesOf = (session: Session) => session.pve.requests().filter(({ method }) => method !== "GET");

function planIn({ data }: Outcome): Readonly<Record<string, unknown>> {
  const { plan } = data;
  return typeof plan === "object" && plan !== null ? { ...plan } : {};
}

async function plan(session: Session, name: string, args: Record<string, unknown>) {
  // A client that knows the list checks every answer against it, and throws when one does not fit.
  await session.toolNames();
  const outcome = await session.callTool(name, { ...args, plan: true });
  expect(outcome.isError, outcome.text).toBe(false);
  expect(changesOf(session)).toEqual([]);
  return { outcome, plan: planIn(outcome), id: String(planIn(outcome)["id"]) };
}

const options: SessionOptions = { allowed: "destroy" };

describe("a plan", () => {
  it("shows the request as it would be sent, and changes nothing", async () => {
    await using session = await connect(options);
    const made = await plan(session, "start_vm", { vmid: 103 });
    expect(made.plan).toMatchObject({
      allowed: true,
      request: "POST /nodes/{node}/qemu/{vmid}/status/start",
      parameters: { node: "pve2", vmid: "103" },
      risk: "change",
      guests: [{ vmid: 103, name: "win11", node: "pve2", status: "stopped" }],
      needs: expect.stringContaining("VM.PowerMgmt"),
      permission: "allowed",
    });
    expect(made.plan).not.toHaveProperty("approval");
  });

  it("compares settings by what they mean, property strings part by part", async () => {
    await using session = await connect(options);
    const config = { memory: 8192, cores: 6, net0: { tag: 20 }, description: "for tests" };
    const made = await plan(session, "update_vm_config", { vmid: 103, config });
    expect(made.plan["changes"]).toEqual([
      { key: "cores", before: "4", after: "6" },
      { key: "description", after: "for tests" },
      { key: "net0.tag", after: "20" },
    ]);
  });

  it("says what would be lost, and that it takes approval", async () => {
    await using session = await connect(options);
    const made = await plan(session, "delete_vm", { vmid: 103 });
    expect(made.plan["lost"]).toEqual(expect.arrayContaining(["scsi0: local-lvm:vm-103-disk-2"]));
    expect(made.plan["risk"]).toBe("destroy");
    expect(made.plan["approval"]).toEqual([expect.stringContaining("lose data")]);
  });

  const deeds: [name: string, args: Record<string, unknown>, want: object][] = [
    ["delete_vm_snapshot", { vmid: 100, snap_name: "before" }, { lost: ["snapshot: before"] }],
    [
      "PUT /nodes/{node}/qemu/{vmid}/resize",
      { node: "pve1", vmid: 100, disk: "scsi0", size: "+8G" },
      { changes: [{ key: "scsi0.size", before: "32G", after: "+8G" }] },
    ],
    [
      "PUT /nodes/{node}/qemu/{vmid}/unlink",
      { node: "pve1", vmid: 100, idlist: "scsi0", force: true },
      { lost: ["scsi0: local-lvm:vm-100-disk-0"] },
    ],
    ["PUT /nodes/{node}/qemu/{vmid}/unlink", { node: "pve1", vmid: 100, idlist: "scsi0" }, {}],
    ["PUT /nodes/{node}/qemu/{vmid}/sendkey", { node: "pve1", vmid: 100, key: "ret" }, {}],
  ];

  it.each(deeds)("tells what %s %j does to a guest from what its configuration holds", async (name, args, want) => {
    await using session = await connect(options);
    await session.toolNames();
    await session.callTool("create_vm_snapshot", { vmid: 100, snap_name: "before" });
    const given = { ...args, plan: true };
    const outcome = name.includes(" ")
      ? await session.callTool("call", { name, arguments: given })
      : await session.callTool(name, given);
    const { changes, lost } = planIn(outcome);
    expect({ changes, lost }, outcome.text).toEqual({ changes: undefined, lost: undefined, ...want });
  });

  it("says that PVE would refuse it, and what grants it, and is then none to apply", async () => {
    await using session = await connect({ ...options, token: (pve) => pve.credentials.auditorToken });
    const made = await plan(session, "start_vm", { vmid: 103 });
    expect(made.plan).toMatchObject({ allowed: false, permission: "denied", grant: expect.any(Array) });
    expect(made.plan).not.toHaveProperty("id");
    expect(made.outcome.text).toMatch(/VM\.PowerMgmt on \/vms\/103/);
  });

  it("shows no secret", async () => {
    await using session = await connect(options);
    const made = await plan(session, "update_vm_config", { vmid: 103, config: { cipassword: "hunter2secret" } });
    expect(JSON.stringify(made.outcome)).not.toContain("hunter2secret");
  });
});

describe("applying a plan", () => {
  it("does what was planned, once", async () => {
    await using session = await connect(options);
    const { id } = await plan(session, "start_vm", { vmid: 103 });
    expect(await session.callTool("start_vm", { vmid: 103, plan: id })).toMatchObject({ isError: false });
    expect(changesOf(session)).toHaveLength(1);
    await session.callTool("stop_vm", { vmid: 103 });
    const again = await session.callTool("start_vm", { vmid: 103, plan: id });
    expect(again).toMatchObject({ isError: true, text: expect.stringContaining("applied before") });
  });

  it("still takes approval", async () => {
    await using session = await connect({ ...options, person: "nobody" });
    const { id } = await plan(session, "delete_vm", { vmid: 103 });
    const applied = await session.callTool("delete_vm", { vmid: 103, plan: id });
    expect(applied).toMatchObject({ isError: true, text: expect.stringContaining("needs approval") });
    expect(changesOf(session)).toEqual([]);
  });

  it.each(["2025-11-25", "2026-07-28"] as const)("goes with approval in revision %s", async (era) => {
    await using session = await connect({ ...options, era });
    const { id } = await plan(session, "delete_vm", { vmid: 103 });
    expect(await session.callTool("delete_vm", { vmid: 103, plan: id })).toMatchObject({ isError: false });
    expect(changesOf(session)).toHaveLength(1);
  });

  const altered: [title: string, name: string, args: Record<string, unknown>][] = [
    ["another guest", "start_vm", { vmid: 102 }],
    ["another argument", "start_vm", { vmid: 103, timeout: 30 }],
    ["another tool", "stop_vm", { vmid: 103 }],
  ];

  it.each(altered)("is refused for %s", async (_title, name, args) => {
    await using session = await connect(options);
    const { id } = await plan(session, "start_vm", { vmid: 103 });
    const applied = await session.callTool(name, { ...args, plan: id });
    expect(applied).toMatchObject({ isError: true, text: expect.stringContaining("made for other arguments") });
    expect(changesOf(session)).toEqual([]);
  });

  it("is refused for an id that the server did not make", async () => {
    await using session = await connect(options);
    const { id } = await plan(session, "start_vm", { vmid: 103 });
    for (const wrong of ["yes", id.slice(0, -1), `${id.slice(0, -2)}xx`, id.replace(/-./, "-z")]) {
      expect(await session.callTool("start_vm", { vmid: 103, plan: wrong })).toMatchObject({ isError: true });
    }
    expect(changesOf(session)).toEqual([]);
  });

  it("is refused for another caller", async () => {
    const approval = { sealer: createSealer(new Uint8Array(32)), singleUse: rememberHere() };
    await using session = await connect({ ...options, approval });
    await using other = await connect({
      ...options,
      approval,
      pve: session.pve,
      caller: { id: "mallory", reach: "destroy" },
    });
    const { id } = await plan(session, "start_vm", { vmid: 103 });
    expect(await other.callTool("start_vm", { vmid: 103, plan: id })).toMatchObject({ isError: true });
    expect(changesOf(session)).toEqual([]);
  });

  it("holds where time is told in fractions of a millisecond", async () => {
    await using session = await connect(options);
    await session.pve.clock.advance(0.5);
    const { id } = await plan(session, "start_vm", { vmid: 103 });
    expect(await session.callTool("start_vm", { vmid: 103, plan: id })).toMatchObject({ isError: false });
  });

  it("is refused once it has expired", async () => {
    await using session = await connect(options);
    const { id } = await plan(session, "start_vm", { vmid: 103 });
    await session.pve.clock.advance(3_600_001);
    const applied = await session.callTool("start_vm", { vmid: 103, plan: id });
    expect(applied).toMatchObject({ isError: true, text: expect.stringContaining("expired") });
    expect(changesOf(session)).toEqual([]);
  });

  it("is refused when somebody changed the guest in between", async () => {
    await using session = await connect(options);
    const { id } = await plan(session, "update_vm_config", { vmid: 103, config: { cores: 6 } });
    await session.callTool("update_vm_config", { vmid: 103, config: { memory: 2048 } });
    const applied = await session.callTool("update_vm_config", { vmid: 103, config: { cores: 6 }, plan: id });
    expect(applied).toMatchObject({ isError: true, text: expect.stringContaining("has changed since") });
    expect(changesOf(session)).toHaveLength(1);
  });
});

describe("a plan of several requests", () => {
  const requestsIn = (made: Readonly<Record<string, unknown>>) =>
    (made["requests"] as readonly Readonly<Record<string, unknown>>[] | undefined) ?? [];

  it("shows all that need no answer of another, and what is the same for them once", async () => {
    await using session = await connect(options);
    const made = await plan(session, "start_guests", { vmids: "103,203" });
    expect(made.plan).toMatchObject({ allowed: true, risk: "change", permission: "allowed" });
    const requests = requestsIn(made.plan);
    expect(requests).toHaveLength(2);
    // They are sent side by side, so either may come first.
    expect(requests).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          request: "POST /nodes/{node}/qemu/{vmid}/status/start",
          guests: [expect.objectContaining({ vmid: 103, name: "win11" })],
        }),
        expect.objectContaining({
          request: "POST /nodes/{node}/lxc/{vmid}/status/start",
          guests: [expect.objectContaining({ vmid: 203, name: "archive" })],
        }),
      ]),
    );
    expect(made.outcome.text).not.toContain("mayAlsoCall");
  });

  it("says of what is left out why", async () => {
    await using session = await connect(options);
    const made = await plan(session, "create_pool", { poolid: "staging", members: "103" });
    expect(made.plan).toMatchObject({ request: "POST /pools", mayAlsoCall: ["PUT /pools"] });
    expect(made.outcome.text).toContain("depends on the answers until then");
  });

  it("is one to apply as a whole, and once", async () => {
    await using session = await connect(options);
    const args = { vmids: "103,203" };
    const { id } = await plan(session, "start_guests", args);
    expect(await session.callTool("start_guests", { ...args, plan: id })).toMatchObject({ isError: false });
    expect(changesOf(session)).toHaveLength(2);
    await session.callTool("stop_guests", args);
    const again = await session.callTool("start_guests", { ...args, plan: id });
    expect(again).toMatchObject({ isError: true, text: expect.stringContaining("applied before") });
  });

  it("is asked for as a whole where it takes approval", async () => {
    const asked: string[] = [];
    const person: SessionOptions["person"] = ({ message, words }) => {
      asked.push(message);
      return { action: "accept", content: { name: words[0] ?? "" } };
    };
    await using session = await connect({ ...options, person });
    const args = { vmids: "100,106" };
    const { id, plan: made } = await plan(session, "stop_guests", args);
    expect(requestsIn(made)).toHaveLength(2);
    expect(await session.callTool("stop_guests", { ...args, plan: id })).toMatchObject({ isError: false });
    expect(asked).toEqual([expect.stringMatching(/1 of 2[\s\S]*2 of 2/)]);
  });

  it("is refused when one more guest would be touched than was planned", async () => {
    await using session = await connect(options);
    const args = { tag: "web" };
    const { id } = await plan(session, "shutdown_guests", args);
    await session.callTool("update_vm_config", { vmid: 106, config: { tags: "web" } });
    const applied = await session.callTool("shutdown_guests", { ...args, plan: id });
    expect(applied).toMatchObject({ isError: true, text: expect.stringContaining("has changed since") });
    expect(changesOf(session)).toHaveLength(1);
  });

  it("is none to apply where a rule forbids one of them", async () => {
    const policy = policyFrom(policySection.parse({ rules: [{ effect: "deny", vmid: 203 }] }), "policy");
    await using session = await connect({ ...options, policy });
    const made = await plan(session, "start_guests", { vmids: "103,203" });
    expect(made.plan).toMatchObject({ allowed: false });
    expect(made.plan).not.toHaveProperty("id");
    expect(requestsIn(made.plan).filter(({ refused }) => refused === true)).toHaveLength(1);
    expect(made.outcome.text).toContain("policy.rules.0 forbids it");
  });
});
