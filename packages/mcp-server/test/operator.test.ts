import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultApproval } from "../src/approval/approval-settings.js";
import { createApproval, openDesk } from "../src/approval/create-approval.js";
import { answer } from "../src/commands/approve.js";
import { connect, type Session } from "./session.js";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "pve-mcp-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

/** A session of a client that cannot ask; each has read key and directory by itself, as a process would. */
function unattended(pve?: Session["pve"]) {
  const { sealer, singleUse, desk } = createApproval({ ...defaultApproval, directory });
  if (desk === undefined) throw new Error("no desk");
  const approval = { sealer, singleUse, desk, patience: 0 };
  return connect({ allowed: "destroy", person: "nobody", approval, ...(pve !== undefined && { pve }) });
}

const changesOf = (session: Session) => session.pve.requests().filter(({ method }) => method !== "GET");

/** An operator at another process's terminal. */
async function operator(session: Session, id: string | undefined, typed: string | undefined, refuses = false) {
  const said: string[] = [];
  const out = (text: string) => void said.push(text);
  const ask = (prompt: string) => {
    said.push(prompt);
    return Promise.resolve(typed);
  };
  const status = await answer(openDesk(directory), { id, refuses }, { out, err: out, now: session.pve.clock.now, ask });
  return { status, said: said.join("") };
}

async function pendingId(session: Session, args: Record<string, unknown> = { vmid: 103 }): Promise<string> {
  const { isError, text } = await session.callTool("delete_vm", args);
  expect(isError).toBe(true);
  return /Pending approval ([0-9a-f]{10})/.exec(text)?.[1] ?? "";
}

describe("an operator at another terminal", () => {
  it("is asked one question about several requests, in whatever order they come", () => {
    const desk = openDesk(directory);
    const question = { lines: ["Stop both"], words: ["2 requests"] };
    const ask = (...whats: string[]) => desk.ask({ who: "somebody", whats }, question, { now: 0, expires: 1 }).id;
    expect(ask("one", "other")).toBe(ask("other", "one"));
    expect(ask("one", "another")).not.toBe(ask("one", "other"));
  });

  it("is shown what would be done, approves it by its name, and it is done once", async () => {
    await using session = await unattended();
    const id = await pendingId(session);
    expect(await pendingId(session)).toBe(id);
    expect((await operator(session, undefined, undefined)).said).toContain(id);
    const { status, said } = await operator(session, id, "win11");
    expect(status).toBe(0);
    expect(said).toMatch(
      /delete_vm.*asked by local[\s\S]*DELETE \/nodes\/\{node\}\/qemu\/\{vmid\}[\s\S]*Type win11 or 103 to approve/,
    );
    expect(changesOf(session)).toEqual([]);
    expect(await session.callTool("delete_vm", { vmid: 103 })).toMatchObject({ isError: false });
    expect(changesOf(session)).toHaveLength(1);
    expect((await operator(session, id, "win11")).said).toContain("nothing with this id waits");
  });

  it("approves while the call waits, in another process than it", async () => {
    const { sealer, singleUse, desk } = createApproval({ ...defaultApproval, directory });
    const settings: { session?: Session } = {};
    const sleep = async (): Promise<void> => {
      const [waiting] = openDesk(directory).pending(settings.session?.pve.clock.now() ?? 0);
      if (settings.session !== undefined) await operator(settings.session, waiting?.id, "103");
    };
    if (desk === undefined) throw new Error("no desk");
    await using session = await connect({
      allowed: "destroy",
      person: "nobody",
      approval: { sealer, singleUse, desk, sleep },
    });
    settings.session = session;
    expect(await session.callTool("delete_vm", { vmid: 103 })).toMatchObject({ isError: false });
  });

  it("can refuse", async () => {
    await using session = await unattended();
    const id = await pendingId(session);
    expect((await operator(session, id, undefined, true)).status).toBe(0);
    const { isError, text } = await session.callTool("delete_vm", { vmid: 103 });
    expect(isError).toBe(true);
    expect(text).toMatch(/the operator .* refused it/);
    expect(changesOf(session)).toEqual([]);
  });

  const noApproval: [title: string, typed: string | undefined][] = [
    ["types another name", "win10"],
    ["sits at no terminal", undefined],
  ];

  it.each(noApproval)("approves nothing when he %s", async (_title, typed) => {
    await using session = await unattended();
    const id = await pendingId(session);
    expect((await operator(session, id, typed)).status).toBe(3);
    expect(await pendingId(session)).toBe(id);
    expect(changesOf(session)).toEqual([]);
  });

  it("approves one request and no other", async () => {
    await using session = await unattended();
    const id = await pendingId(session);
    await operator(session, id, "103");
    expect(await pendingId(session, { vmid: 102 })).not.toBe(id);
    expect(await pendingId(session, { vmid: 103, purge: true })).not.toBe(id);
    expect(changesOf(session)).toEqual([]);
  });

  it("approves for one use, whichever of the processes that share the directory comes first", async () => {
    await using one = await unattended();
    await using other = await unattended(one.pve);
    const id = await pendingId(one);
    await operator(one, id, "103");
    const outcomes = await Promise.all(
      [one, other, one, other].map((session) => session.callTool("delete_vm", { vmid: 103 })),
    );
    expect(outcomes.filter(({ isError }) => !isError)).toHaveLength(1);
    expect(changesOf(one)).toHaveLength(1);
  });

  it("cannot be imitated without the key, nor an answer be used again", async () => {
    await using session = await unattended();
    const id = await pendingId(session);
    const pending = path.join(directory, "pending");
    const question = readFileSync(path.join(pending, `${id}.json`), "utf8");
    writeFileSync(path.join(pending, `${id}.answer`), JSON.stringify({ sealed: "AAAA", approved: true }));
    expect(await session.callTool("delete_vm", { vmid: 103 })).toMatchObject({ isError: true });
    rmSync(path.join(pending, `${id}.answer`));
    await operator(session, id, "103");
    const given = readFileSync(path.join(pending, `${id}.answer`), "utf8");
    // Somebody lays the old question and the old answer down again, before and after it was used.
    expect(await session.callTool("delete_vm", { vmid: 103 })).toMatchObject({ isError: false });
    writeFileSync(path.join(pending, `${id}.json`), question);
    writeFileSync(path.join(pending, `${id}.answer`), given);
    await using again = await unattended();
    expect(await again.callTool("delete_vm", { vmid: 103 })).toMatchObject({
      isError: true,
      text: expect.stringContaining("used before"),
    });
    expect(changesOf(again)).toEqual([]);
  });

  it("works in files that only their owner can read", async () => {
    await using session = await unattended();
    const id = await pendingId(session);
    expect(statSync(directory).mode & 0o077).toBe(0);
    expect(statSync(path.join(directory, "key")).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(directory, "pending", `${id}.json`)).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).sort()).toEqual(["key", "pending", "used"]);
  });
});
