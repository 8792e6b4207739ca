import { describe, expect, test } from "vitest";
import { type Caller, call, items, object } from "./caller.js";

describe("the firewall of virtual networks", () => {
  const path = "/cluster/sdn/vnets/inner/firewall";

  async function withNetwork(): Promise<Caller> {
    const caller = call();
    await caller.post("/cluster/sdn/zones", { zone: "lab", type: "simple" });
    await caller.post("/cluster/sdn/vnets", { vnet: "inner", zone: "lab" });
    await caller.done(await caller.put("/cluster/sdn"));
    return caller;
  }

  test("an applied network has forwarding rules and options of its own", async () => {
    const { get, post, put, del } = await withNetwork();
    const rule = { type: "forward", action: "ACCEPT", source: "10.0.0.0/8" };
    expect((await post(`${path}/rules`, rule)).status).toBe(200);
    await put(`${path}/rules/0`, { enable: 1 });
    expect(items(await get(`${path}/rules`))).toMatchObject([{ ...rule, enable: 1 }]);
    expect(object(await get(`${path}/rules/0`))).toMatchObject({ pos: "0" });
    await put(`${path}/options`, { policy_forward: "DROP", enable: 1 });
    expect(object(await get(`${path}/options`))).toMatchObject({ policy_forward: "DROP", enable: 1 });
    expect((await del(`${path}/rules/0`)).status).toBe(200);
    expect((await del(`${path}/rules/0`)).reason).toBe("no rule at position 0");
    expect((await post(`${path}/rules`, { type: "in", action: "DROP" })).errors).toEqual({
      type: "invalid rule type 'in' for rule_env 'vnet'",
    });
  });

  test("networks that are not applied are invalid, others take rights", async () => {
    const root = await withNetwork();
    const far = "/cluster/sdn/vnets/ghost/firewall";
    const forward = { type: "forward", action: "DROP" };
    for (const answer of [
      await root.get(`${far}/rules`),
      await root.get(`${far}/rules/0`),
      await root.put(`${far}/rules/0`, { enable: 1 }),
      await root.post(`${far}/rules`, forward),
      await root.get(`${far}/options`),
      await root.put(`${far}/options`, { enable: 1 }),
    ]) {
      expect(answer.reason).toMatch(/^invalid vnet specified/);
    }
    const auditor = await root.as("auditorToken");
    expect((await auditor.get(`${path}/rules`)).status).toBe(200);
    expect((await auditor.post(`${path}/rules`, forward)).status).toBe(403);
    expect((await auditor.get(path)).status).toBe(403);
    expect((await (await root.as("root")).get(path)).data).toEqual([{ name: "rules" }, { name: "options" }]);
  });
});
