import { describe, expect, it } from "vitest";
import { connect, type Session } from "./session.js";

const changesOf = (session: Session) => session.pve.requests().filter(({ method }) => method !== "GET");

describe("a plan's id", () => {
  const planned = async (session: Session) => {
    const { data } = await session.callTool("start_vm", { vmid: 103, plan: true });
    return String((data["plan"] as { readonly id?: unknown }).id);
  };
  const forgeries: readonly (readonly [title: string, forge: (id: string) => string])[] = [
    ["with a later end", (id) => id.replace(/^plan-./, "plan-z")],
    ["with another nonce", (id) => id.replace(/\.[^.]{8}\./, ".AAAAAAAA.")],
    ["with its marks exchanged", (id) => id.replace(/\.([^.]{16})\.([^.]{16})$/, ".$2.$1")],
    ["with another request's mark", (id) => id.replace(/[^.]{16}$/, "A".repeat(16))],
    ["with a line behind it", (id) => `${id}\n`],
    ["in capitals", (id) => id.toUpperCase()],
  ];

  it.each(forgeries)("%s applies nothing", async (_title, forge) => {
    await using session = await connect({ allowed: "destroy" });
    const outcome = await session.callTool("start_vm", { vmid: 103, plan: forge(await planned(session)) });
    expect(outcome.isError).toBe(true);
    expect(changesOf(session)).toEqual([]);
  });

  it("applies once, however many calls use it at the same time", async () => {
    await using session = await connect({ allowed: "destroy" });
    const id = await planned(session);
    const calls = Array.from({ length: 4 }, () => session.callTool("start_vm", { vmid: 103, plan: id }));
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter(({ isError }) => !isError)).toHaveLength(1);
    expect(changesOf(session)).toHaveLength(1);
  });

  it("does not serve another tool, guest or operation", async () => {
    await using session = await connect({ allowed: "destroy" });
    const plan = await planned(session);
    const others: readonly (readonly [string, Record<string, unknown>])[] = [
      ["start_vm", { vmid: 104, plan }],
      ["stop_vm", { vmid: 103, plan }],
      ["call", { name: "POST /nodes/pve2/qemu/103/status/start", arguments: { plan } }],
    ];
    for (const [name, args] of others) expect(await session.callTool(name, args)).toMatchObject({ isError: true });
    expect(changesOf(session)).toEqual([]);
  });
});
