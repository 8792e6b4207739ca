import type { OperationId, ParamsOf, PveClient, ResultOf, Task } from "@pve/client";
import { describe, expectTypeOf, it } from "vitest";
import { simulated } from "./simulated.js";

const { pve }: { readonly pve: PveClient } = simulated();

describe("the types of a call", () => {
  it("follow the route", () => {
    expectTypeOf<ResultOf<"GET /nodes">>().toBeArray();
    expectTypeOf<ResultOf<"POST /nodes/{node}/qemu/{vmid}/clone">>().toEqualTypeOf<Task>();
    expectTypeOf<ResultOf<"GET /nodes/{node}/qemu">[number]["template"]>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<ParamsOf<"GET /nodes/{node}/qemu">>().toHaveProperty("node").toEqualTypeOf<string>();
    expectTypeOf<"GET /nodes">().toExtend<OperationId>();
    expectTypeOf<"GET /nowhere">().not.toExtend<OperationId>();
  });

  it("ask for parameters exactly where some are required", () => {
    const never = (): unknown[] => [
      pve.call("GET /nodes"),
      pve.call("GET /cluster/resources", { type: "vm" }),
      pve.nodes("pve1").qemu(100).status.start.post(),
      // @ts-expect-error node is required
      pve.call("GET /nodes/{node}/qemu"),
      // @ts-expect-error newid is required
      pve.nodes("pve1").qemu(100).clone.post({}),
      // @ts-expect-error there is no such parameter
      pve.call("GET /nodes/{node}/qemu", { node: "pve1", ful: true }),
      // @ts-expect-error there is no such route
      pve.call("GET /nodes/{node}/quemu", { node: "pve1" }),
      // @ts-expect-error a value outside its list
      pve.call("GET /cluster/resources", { type: "vms" }),
    ];
    expectTypeOf(never).toBeFunction();
  });

  it("are unknown when a call is asked for raw", () => {
    const raw = () => pve.call("GET /nodes", {}, { decode: "raw" });
    expectTypeOf(raw).returns.resolves.toBeUnknown();
  });

  it("take families and property strings as objects and as text", () => {
    type Params = ParamsOf<"PUT /nodes/{node}/qemu/{vmid}/config">;
    expectTypeOf<{
      node: string;
      vmid: number;
      net0: { model: "virtio"; bridge: string };
      net1: string;
    }>().toExtend<Params>();
  });
});
