import {
  createClient,
  findGuest,
  type OperationId,
  type ParamsOf,
  type PveClient,
  type ResultOf,
  type Task,
  updateConfig,
  withFreeVmid,
} from "@pve/client";
import { describe, expect, expectTypeOf, it } from "vitest";
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

  it("take undefined for what may be left out, so that what was given or read can be passed on", async () => {
    const given: { signal?: AbortSignal; timeout?: number; name?: string; full?: boolean } = {};
    const { signal, timeout, name, full } = given;
    const derived = pve.withOptions({ timeout, retries: undefined, headers: undefined, before: undefined });
    const machine = derived.nodes("pve1").qemu(100);
    const config = await machine.config.get({ current: full }, { signal, timeout, retries: undefined });
    const { net0, net7, cores, tags } = config;
    await machine.config.put({ net0, net7, cores, tags, name, scsi7: name, ostype: undefined });
    await machine.config.put({ net0: { model: "virtio", bridge: name, tag: undefined }, cores });
    const place = { node: "pve1", vmid: 100 };
    const read = await machine.config.get();
    expect([read.name, read["net7"], read.cores]).toEqual([config.name, undefined, config.cores]);
    expect(
      (await updateConfig(pve, { ...place, kind: undefined }, read, { ...read, cores: 8 }, { signal })).set,
    ).toEqual({ cores: 8 });
    const task = await machine.snapshot.post({ snapname: "before", vmstate: full });
    await task.done({ signal, timeout, onLog: undefined, onProgress: undefined });
    await findGuest(pve, 100, { signal, fresh: full });
    await withFreeVmid(pve, async (vmid) => vmid, { range: undefined, attempts: undefined, signal });
    const { sim } = simulated();
    const auth = { username: "root@pam", password: sim.credentials.password, secondFactor: undefined };
    const unset = { affinity: undefined, maxConcurrent: undefined, maxPerSecond: undefined, timeout, now: undefined };
    const own = createClient({ baseUrl: sim.baseUrl, auth, transport: sim.fetch, sleep: undefined, ...unset });
    expect(await own.version.get()).toMatchObject({ release: "9.2" });
  });

  it("let the firewall's rules be copied from one place to another", async () => {
    await pve.cluster.firewall.rules.post({ type: "in", action: "ACCEPT", proto: "tcp", dport: "22" });
    const [first] = await pve.cluster.firewall.rules.get();
    if (first === undefined) throw new Error("no rule");
    const { type, action, proto, dport } = first;
    const { rules } = pve.nodes("pve1").qemu(100).firewall;
    await rules.post({ type, action, proto, dport });
    expect(await rules.get()).toContainEqual(expect.objectContaining({ type: "in", action: "ACCEPT", dport: "22" }));
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
