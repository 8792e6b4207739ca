import {
  createClient,
  execInGuest,
  findGuest,
  type PveClient as Newest,
  updateConfig,
  waitForAgent,
  withFreeVmid,
  withGuest,
} from "@pve/client";
import type { PveClient as Pve84, OperationId as Routes84 } from "@pve/client/8.4";
import type { ParamsOf as ParamsOf90, PveClient as Pve90 } from "@pve/client/9.0";
import type { PveClient as Pve91, OperationId as Routes91 } from "@pve/client/9.1";
import type { PveClient as Pve92, OperationId as Routes92 } from "@pve/client/9.2";
import { downloadTaskLog, openTerminal, spiceConfig, upload, vncConnection } from "@pve/client/node";
import { createSimulator } from "@pve/simulator";
import { describe, expect, expectTypeOf, it } from "vitest";
import { simulatedClient } from "./simulated.js";

const options = { baseUrl: "https://pve1:8006", auth: { token: "root@pam!t=5ec2e7f0" } };

describe("the types of a release", () => {
  it("lack what the release lacks", () => {
    expectTypeOf<"GET /nodes">().toExtend<Routes84>();
    expectTypeOf<"POST /cluster/ha/rules">().not.toExtend<Routes84>();
    expectTypeOf<"POST /cluster/ha/rules">().toExtend<Routes91>();
    expectTypeOf<Pve84["cluster"]["ha"]>().not.toHaveProperty("rules");
    expectTypeOf<Pve90["cluster"]["ha"]>().toHaveProperty("rules");
    expectTypeOf<ParamsOf90<"POST /cluster/ha/resources">>().toHaveProperty("failback");
    expectTypeOf<ParamsOf90<"POST /cluster/ha/resources">>().not.toHaveProperty("auto-rebalance");
    expectTypeOf<Routes92>().toEqualTypeOf<Parameters<Newest["supports"]>[0]>();
  });

  it("are those of the one client there is", () => {
    const old: Pve84 = createClient(options);
    const newer: Pve91 = createClient(options);
    const newest: Pve92 = createClient(options);
    const never = (): unknown[] => [
      old.nodes("pve1").qemu(100).config.put({ cores: 2 }),
      old.call("GET /nodes"),
      old.call("POST /cluster/ha/resources", { sid: "vm:100" }),
      newer.call("POST /cluster/ha/resources", { sid: "vm:100", failback: true }),
      newest.call("POST /cluster/ha/resources", { sid: "vm:100", "auto-rebalance": true }),
      // @ts-expect-error 8.4 has no HA rules
      old.call("GET /cluster/ha/rules"),
      // @ts-expect-error and does not know failback
      old.cluster.ha.resources.post({ sid: "vm:100", failback: true }),
      // @ts-expect-error nor through call
      old.call("POST /cluster/ha/resources", { sid: "vm:100", failback: true }),
    ];
    expectTypeOf(never).toBeFunction();
  });
});

describe("a client of any release", () => {
  it("is good for what works with a client", async () => {
    await using sim = createSimulator({ release: "8.4" });
    const pve: Pve84 = simulatedClient(sim);
    expect(await findGuest(pve, 100)).toEqual({ node: "pve1", kind: "qemu" });
    expect(await withGuest(pve, 100, async ({ node }) => node)).toBe("pve1");
    expect(await withFreeVmid(pve, async (vmid) => vmid)).toBeGreaterThan(100);
    const config = await pve.nodes("pve1").qemu(100).config.get();
    expect((await updateConfig(pve, { node: "pve1", vmid: 100 }, config, { ...config, cores: 8 })).set).toEqual({
      cores: 8,
    });
    expect(await pve.identity()).toBe("root@pam!full");
    expect(pve.withOptions({ timeout: 1000 }).root).toBe(pve);
    const never = (older: Pve90, old: Pve91): unknown[] => [
      waitForAgent(older, { vmid: 100 }),
      execInGuest(old, { vmid: 100, command: ["true"] }),
      upload(older, { node: "pve1", storage: "local", content: "iso", file: "a.iso" }),
      downloadTaskLog(old, "UPID:"),
      openTerminal(older, { vmid: 100 }),
      vncConnection(old, { vmid: 100 }),
      spiceConfig(older, { vmid: 100 }),
    ];
    expectTypeOf(never).toBeFunction();
  });
});

describe("settings", () => {
  it("can be null where they can be unset, and nowhere else", () => {
    const pve: Newest = createClient(options);
    const never = (): unknown[] => [
      pve.nodes("pve1").qemu(100).config.put({ cores: null, net0: null }),
      pve.storage("a").put({ content: null }),
      // @ts-expect-error a digest steers the change
      pve.nodes("pve1").qemu(100).config.put({ digest: null }),
      // @ts-expect-error there is nothing to unset yet
      pve.nodes("pve1").qemu.post({ vmid: 100, cores: null }),
    ];
    expectTypeOf(never).toBeFunction();
  });
});
