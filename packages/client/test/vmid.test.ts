import { PveRequestError, withFreeVmid } from "@pve/client";
import { createSimulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { failureOf } from "./fault-server.js";
import { countRequests, simulated, simulatedClient } from "./simulated.js";

const create = (pve: ReturnType<typeof simulatedClient>, vmid: number) =>
  pve.nodes("pve1").qemu.post({ vmid, memory: 128 });

describe("withFreeVmid", () => {
  it("creates a guest under the first free VMID", async () => {
    const { pve, sim } = simulated();
    const vmid = await withFreeVmid(pve, async (free) => {
      await (await create(pve, free)).done();
      return free;
    });
    expect(sim.guest(vmid)).toMatchObject({ kind: "qemu", node: "pve1" });
  });

  it("gives ten calls side by side ten VMIDs, none refused", async () => {
    const { pve, sim } = simulated();
    const used = await Promise.all(
      Array.from({ length: 10 }, () =>
        withFreeVmid(pve.withOptions({}), async (free) => {
          await create(pve, free);
          return free;
        }),
      ),
    );
    expect(new Set(used).size).toBe(10);
    const created = sim.requests().filter(({ method, path }) => method === "POST" && path.endsWith("/qemu"));
    expect(created.map(({ status }) => status)).toEqual(Array(10).fill(200));
  });

  it("tries another one when somebody was faster, in the request or in the task", async () => {
    const sim = createSimulator();
    const pve = simulatedClient(sim);
    const rival = simulatedClient(sim);
    const tried: number[] = [];
    const vmid = await withFreeVmid(pve, async (free) => {
      tried.push(free);
      if (tried.length < 4) await (await create(rival, free)).done();
      await (await create(pve, free)).done();
      return free;
    });
    expect(tried).toHaveLength(4);
    expect(vmid).toBe(tried.at(-1));
    expect(new Set(tried).size).toBe(4);
  });

  it("does not try again for any other reason", async () => {
    const { pve } = simulated();
    const others = ["storage ID 'x' already exists", "VM 100 already exists on node 'pve1'", "VM is locked (create)"];
    for (const reason of others) {
      let calls = 0;
      const work = async () => {
        calls += 1;
        throw new PveRequestError({ operation: "x", status: 500, reason, fields: {}, kind: "exists" });
      };
      expect(await failureOf(withFreeVmid(pve, work))).toMatchObject({ reason });
      expect(calls).toBe(1);
    }
  });

  it("gives up after so many attempts, with PVE's words", async () => {
    const { pve } = simulated();
    let calls = 0;
    const work = async (vmid: number) => {
      calls += 1;
      const reason = `unable to create VM ${vmid} - VM ${vmid} already exists on node 'pve9'`;
      throw new PveRequestError({ operation: "x", status: 500, reason, fields: {}, kind: "exists" });
    };
    expect(await failureOf(withFreeVmid(pve, work, { attempts: 3 }))).toMatchObject({ kind: "exists" });
    expect(calls).toBe(3);
  });

  it("keeps to a range, asks little about it, and says when it is full", async () => {
    const { pve, sim } = simulated();
    const range = [100, 999] as const;
    const vmid = await withFreeVmid(pve, async (free) => free, { range });
    expect(sim.guest(vmid)).toBeUndefined();
    expect(vmid).toBeGreaterThanOrEqual(100);
    expect(countRequests(sim, "GET", /nextid/)).toBe(1);
    expect(await failureOf(withFreeVmid(pve, async (free) => free, { range: [100, 102] }))).toMatchObject({
      code: "PVE_PARAMETER",
      problems: { range: "100 to 102 holds no free VMID" },
    });
  });

  it("frees a VMID again when the work has failed", async () => {
    const { pve } = simulated();
    const range = [5000, 5000] as const;
    const mine = new Error("mine");
    expect(await failureOf(withFreeVmid(pve, () => Promise.reject(mine), { range }))).toBe(mine);
    expect(await withFreeVmid(pve, async (free) => free, { range })).toBe(5000);
  });
});
