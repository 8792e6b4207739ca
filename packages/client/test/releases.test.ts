import { createClient, type PveClient as Newest } from "@pve/client";
import type { PveClient as Pve84, OperationId as Routes84 } from "@pve/client/8.4";
import type { ParamsOf as ParamsOf90, PveClient as Pve90 } from "@pve/client/9.0";
import type { PveClient as Pve91, OperationId as Routes91 } from "@pve/client/9.1";
import type { PveClient as Pve92, OperationId as Routes92 } from "@pve/client/9.2";
import { describe, expectTypeOf, it } from "vitest";

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
