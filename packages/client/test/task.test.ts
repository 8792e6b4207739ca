import { createClient, PveConnectionError, PveTaskError, type Task } from "@pve/client";
import { createSimulator, type Simulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { failureOf } from "./fault-server.js";
import { countRequests, faulty, simulated, simulatedClient, unreachable } from "./simulated.js";

async function wholeLog(sim: Simulator, task: Task): Promise<unknown[]> {
  const pve = simulatedClient(sim);
  const lines = await pve.call("GET /nodes/{node}/tasks/{upid}/log", { node: task.node, upid: task.upid, limit: 0 });
  return lines.map((line) => (line as { t: unknown }).t);
}

describe("a task", () => {
  it("is not awaited by accident, and waits when asked to", async () => {
    const { pve, sim } = simulated();
    const task = await pve.nodes("pve2").qemu(103).status.start.post();
    expect(task.upid).toMatch(/^UPID:pve2:.*:qmstart:103:root@pam!full:$/);
    expect(task.node).toBe("pve2");
    expect("then" in task).toBe(false);
    expect(await task.status()).toMatchObject({ status: "running", type: "qmstart", id: "103", user: "root@pam" });
    expect(await task.done()).toEqual({ exitstatus: "OK", warnings: 0 });
    expect(await task.status()).toMatchObject({ status: "stopped", exitstatus: "OK" });
    expect(sim.guest(103)?.status).toBe("running");
    expect(JSON.stringify(task)).toBe(JSON.stringify({ upid: task.upid, node: "pve2" }));
  });

  it("asks less and less often", async () => {
    const sim = createSimulator();
    const pauses: number[] = [];
    const sleep = (ms: number) => {
      pauses.push(ms);
      return sim.clock.sleep(ms);
    };
    const pve = simulatedClient(sim, { sleep });
    const task = await pve.nodes("pve1").vzdump.post({ vmid: "102", storage: "local" });
    if (typeof task === "string") throw new Error(task);
    await task.done();
    expect(pauses.slice(0, 4)).toEqual([250, 375, 562.5, 843.75]);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5000);
  });

  it("gives every line of its log exactly once, while it runs and after", async () => {
    const { pve, sim } = simulated();
    const task = await pve.nodes("pve1").vzdump.post({ vmid: "102", storage: "local" });
    if (typeof task === "string") throw new Error(task);
    const heard: string[] = [];
    await task.done({ onLog: (line) => heard.push(line) });
    const whole = await wholeLog(sim, task);
    expect(whole.length).toBeGreaterThan(3);
    expect(heard).toEqual(whole);
    expect(heard.at(-1)).toBe("TASK OK");
    const late: string[] = [];
    for await (const line of task.log()) late.push(line);
    expect(late).toEqual(whole);
  });

  it("tells how far it has come, where its log says so", async () => {
    const { pve } = simulated();
    const heard: [number, string][] = [];
    const onProgress = (fraction: number, line: string) => heard.push([fraction, line]);
    const backup = await pve.nodes("pve1").vzdump.post({ vmid: "102", storage: "local" });
    if (typeof backup === "string") throw new Error(backup);
    await backup.done({ onProgress });
    expect(heard.map(([fraction]) => fraction)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(heard[0]?.[1]).toMatch(/^INFO: {2}10% \(/);
    heard.length = 0;
    await (await pve.nodes("pve1").qemu(110).clone.post({ newid: 905, full: true })).done({ onProgress });
    expect(heard.at(-1)?.[0]).toBe(1);
    expect(heard.length).toBeGreaterThan(5);
  });

  it("whose listener throws passes that on as it is", async () => {
    const { pve } = simulated();
    const task = await pve.nodes("pve1").qemu(110).clone.post({ newid: 905, full: true });
    const mine = new PveConnectionError("mine", { kind: "reset", sent: "maybe" });
    const onLog = () => {
      throw mine;
    };
    expect(await failureOf(task.done({ onLog }))).toBe(mine);
  });

  it("can be followed line by line to its end", async () => {
    const { pve, sim } = simulated();
    const task = await pve.nodes("pve1").qemu(110).clone.post({ newid: 905, full: true });
    const lines: string[] = [];
    for await (const line of task.log()) lines.push(line);
    expect(lines).toEqual(await wholeLog(sim, task));
  });

  it("that fails says why, with the last lines of its log", async () => {
    const { pve } = simulated();
    const task = await pve.nodes("pve1").qemu(100).status.start.post();
    const error = await failureOf(task.done());
    expect(error).toBeInstanceOf(PveTaskError);
    expect(error).toMatchObject({ code: "PVE_TASK", upid: task.upid, exitstatus: "VM 100 already running" });
    expect((error as PveTaskError).log.at(-1)).toBe("TASK ERROR: VM 100 already running");
  });

  it("that fails while it is listened to has the lines that were heard", async () => {
    const { pve } = simulated();
    const task = await pve.nodes("pve1").qemu(100).status.start.post();
    const heard: string[] = [];
    const error = await failureOf(task.done({ onLog: (line) => heard.push(line) }));
    expect((error as PveTaskError).log).toEqual(heard.slice(-20));
  });

  it("with warnings has succeeded", async () => {
    const { pve } = simulated();
    const net0 = { model: "virtio", bridge: "vmbr99" } as const;
    const task = await pve.nodes("pve1").qemu.post({ vmid: 906, net0, memory: 512, start: true });
    const result = await task.done();
    expect(result).toMatchObject({ exitstatus: "WARNINGS: 1", warnings: 1 });
    expect(result.log?.at(-1)).toBe("TASK WARNINGS: 1");
  });

  it("can be stopped, and picked up again by its id", async () => {
    const { pve, sim } = simulated();
    const started = await pve.nodes("pve1").vzdump.post({ vmid: "102", storage: "local" });
    if (typeof started === "string") throw new Error(started);
    const task = simulatedClient(sim).task(started.upid);
    await task.stop();
    expect(await failureOf(task.done())).toMatchObject({ code: "PVE_TASK", exitstatus: "interrupted by signal" });
  });

  it("is asked for on its own node, whatever node the request went through", async () => {
    const { pve, sim } = simulated();
    const task = await pve.nodes("pve2").qemu(103).status.start.post();
    await simulatedClient(sim).task(task.upid).done();
    expect(countRequests(sim, "GET", /^\/nodes\/pve2\/tasks\/UPID:/)).toBeGreaterThan(0);
  });

  it("cannot be made of a text that is no UPID", () => {
    const { pve } = simulated();
    expect(() => pve.task("UPID:oops")).toThrow(expect.objectContaining({ code: "PVE_PARAMETER", field: "upid" }));
  });
});

describe("waiting", () => {
  it("ends at its timeout, and says that the task goes on", async () => {
    const { pve, sim } = simulated();
    const task = await pve.nodes("pve1").vzdump.post({ vmid: "102", storage: "local" });
    if (typeof task === "string") throw new Error(task);
    const error = await failureOf(task.done({ timeout: 1000 }));
    expect(error).toBeInstanceOf(PveConnectionError);
    expect(error).toMatchObject({ kind: "timeout" });
    expect(String(error)).toMatch(/still running when the time was up; it goes on/);
    expect((await task.status()).status).toBe("running");
    expect(sim.guest(102)?.lock).toBe("backup");
  });

  it("ends when its signal fires", async () => {
    const { pve } = simulated();
    const task = await pve.nodes("pve1").vzdump.post({ vmid: "102", storage: "local" });
    if (typeof task === "string") throw new Error(task);
    const controller = new AbortController();
    const work = task.done({ signal: controller.signal, onLog: () => controller.abort() });
    expect(await failureOf(work)).toMatchObject({ code: "PVE_CONNECTION", kind: "aborted" });
  });

  it("outlasts a node that cannot be reached for a while", async () => {
    const sim = createSimulator();
    let silent = 30;
    const pve = simulatedClient(sim, {
      transport: faulty(sim, (url) => (url.includes("/tasks/") && silent-- > 0 ? unreachable() : undefined)),
    });
    const task = await pve.nodes("pve2").qemu(103).status.start.post();
    const heard: string[] = [];
    await task.done({ onLog: (line) => heard.push(line) });
    expect(heard).toEqual(await wholeLog(sim, task));
    expect(silent).toBeLessThan(0);
  });

  it("outlasts connections that break between the pages of a log, without losing or doubling a line", async () => {
    const sim = createSimulator();
    let number = 0;
    const broken = Object.assign(new Error("x"), { code: "ECONNRESET" });
    const pve = simulatedClient(sim, {
      transport: faulty(sim, (url) => {
        number += 1;
        return url.includes("/tasks/") && "xxxx.xx..xxxxx.x.".at(number % 17) === "x" ? broken : undefined;
      }),
    });
    const task = pve.task((await simulatedClient(sim).nodes("pve2").qemu(103).status.start.post()).upid);
    const heard: string[] = [];
    await task.done({ onLog: (line) => heard.push(line) });
    expect(heard).toEqual(await wholeLog(sim, task));
  });

  it("outlasts answers that were cut on their way, but not a server that is no PVE", async () => {
    const sim = createSimulator();
    let cut = 3;
    const broken = () => new Response('{"data":{"sta', { headers: { "content-type": "application/json" } });
    const pve = simulatedClient(sim, {
      transport: faulty(sim, (url) => (url.includes("/tasks/") && cut-- > 0 ? broken() : undefined)),
    });
    const task = await pve.nodes("pve2").qemu(103).status.start.post();
    expect(await task.done()).toMatchObject({ exitstatus: "OK" });
    cut = Number.POSITIVE_INFINITY;
    expect(await failureOf(pve.task(task.upid).done())).toMatchObject({ code: "PVE_PROTOCOL" });
  });

  it("gives up on a node that stays away", async () => {
    const sim = createSimulator();
    const pve = simulatedClient(sim, {
      transport: faulty(sim, (url) => (url.includes("/tasks/") ? unreachable() : undefined)),
    });
    const task = await pve.nodes("pve2").qemu(103).status.start.post();
    expect(await failureOf(task.done())).toMatchObject({ code: "PVE_REQUEST", kind: "node-unreachable" });
  });

  it("takes a task that was just made for unknown only for a moment", async () => {
    const sim = createSimulator();
    let misses = 2;
    const unknown = () =>
      new Response('{"data":null,"message":"Parameter verification failed.\\n","errors":{"upid":"no such task"}}', {
        status: 400,
        headers: { "content-type": "application/json" },
      });
    const pve = simulatedClient(sim, {
      transport: faulty(sim, (url) => (url.includes("/tasks/") && misses-- > 0 ? unknown() : undefined)),
    });
    const task = await pve.nodes("pve2").qemu(103).status.start.post();
    expect(await task.done()).toMatchObject({ exitstatus: "OK" });
    const never = pve.task("UPID:pve1:0000C530:001C9C38:64B7E1D0:qmstart:100:root@pam:");
    expect(await failureOf(never.done())).toMatchObject({ code: "PVE_REQUEST", kind: "not-found" });
  });

  it("does not outlast a token that is refused", async () => {
    const sim = createSimulator();
    const upid = "UPID:pve1:0000C530:001C9C38:64B7E1D0:qmstart:100:root@pam:";
    const pve = createClient({
      baseUrl: sim.baseUrl,
      auth: { token: "root@pam!full=00000000-0000-0000-0000-000000000000" },
      transport: sim.fetch,
      sleep: sim.clock.sleep,
    });
    expect(await failureOf(pve.task(upid).done())).toMatchObject({ kind: "authentication" });
    expect(sim.requests()).toHaveLength(1);
  });
});
