import { execInGuest, type PveClient, type Transport, waitForAgent } from "@pve/client";
import { createSimulator, type Simulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { failureOf } from "./fault-server.js";
import { countRequests, faulty, simulated, simulatedClient, unreachable } from "./simulated.js";

/** An agent's answers to `exec-status`, in turn; an error stands for an answer that was lost, a text for a refusal. */
type Script = readonly (object | Error | string | (() => object))[];

function json(data: unknown): Response {
  return new Response(JSON.stringify({ data }), { headers: { "content-type": "application/json" } });
}

function agentError(text: string): Response {
  const body = JSON.stringify({ data: null, message: `${text}\n` });
  return new Response(body, { status: 500, headers: { "content-type": "application/json" } });
}

/** A client whose guests run programs as told; everything else is the simulator's. */
function scripted(script: Script): { pve: PveClient; sim: Simulator; bodies: string[]; left: () => number } {
  const sim = createSimulator();
  const bodies: string[] = [];
  const steps = [...script];
  const transport: Transport = async (url, init) => {
    if (url.includes("/agent/exec-status")) {
      const step = steps.shift();
      if (step instanceof Error) throw step;
      return typeof step === "string" ? agentError(step) : json(typeof step === "function" ? step() : step);
    }
    if (!url.endsWith("/agent/exec")) return sim.fetch(url, init);
    bodies.push(typeof init.body === "string" ? init.body : new TextDecoder().decode(init.body));
    return json({ pid: 4242 });
  };
  return { pve: simulatedClient(sim, { transport }), sim, bodies, left: () => steps.length };
}

const lost = () => Object.assign(new Error("x"), { code: "ECONNRESET" });
const running = { exited: 0 };
const ended = { exited: 1, exitcode: 3, "out-data": "out\n", "err-data": "err\n", "err-truncated": 1 };

describe("execInGuest", () => {
  it("runs a program once and gives what it wrote and how it ended", async () => {
    const { pve, bodies } = scripted([running, running, ended]);
    const command = ["sh", "-c", "echo $HOME; exit 3"];
    const result = await execInGuest(pve, { vmid: 100, command, input: "in" });
    expect(result).toEqual({ pid: 4242, exitcode: 3, stdout: "out\n", stderr: "err\n", truncated: true });
    expect(bodies).toHaveLength(1);
    const form = new URLSearchParams(bodies[0]);
    expect(form.getAll("command")).toEqual(command);
    expect(form.get("input-data")).toBe("in");
  });

  it("tells a signal from an exit code", async () => {
    const { pve } = scripted([{ exited: 1, signal: 9 }]);
    const result = await execInGuest(pve, { vmid: 100, command: ["sleep", "9"] });
    expect(result).toEqual({ pid: 4242, exitcode: null, signal: 9, stdout: "", stderr: "", truncated: false });
  });

  it("asks on after an answer was lost while the program ran", async () => {
    const { pve, bodies } = scripted([running, lost(), running, ended]);
    expect(await execInGuest(pve, { vmid: 100, command: ["x"] })).toMatchObject({ exitcode: 3 });
    expect(bodies).toHaveLength(1);
  });

  it("says when the one answer with the result was lost, and does not run the program again", async () => {
    const { pve, bodies } = scripted([running, lost(), "Agent error: Invalid parameter 'pid'"]);
    const error = await failureOf(execInGuest(pve, { vmid: 100, command: ["x"] }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "reset" });
    expect(String(error)).toMatch(/pid 4242: it has ended, but the answer with its result was lost/);
    expect(bodies).toHaveLength(1);
  });

  it("ends with the guest", async () => {
    const { pve, left } = scripted([running, "VM 100 is not running", ended]);
    const error = await failureOf(execInGuest(pve, { vmid: 100, command: ["x"] }));
    expect(error).toMatchObject({ code: "PVE_REQUEST", reason: "VM 100 is not running" });
    expect(left()).toBe(1);
  });

  it("stops waiting at its timeout and names the program that goes on", async () => {
    const { pve } = scripted(Array(50).fill(running));
    const error = await failureOf(execInGuest(pve, { vmid: 100, command: ["x"], timeout: 5000 }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "timeout" });
    expect(String(error)).toMatch(/VM 100, pid 4242: the time is up; the program goes on/);
  });

  it("stops waiting when its signal fires", async () => {
    const controller = new AbortController();
    const stop = () => {
      controller.abort();
      return running;
    };
    const { pve } = scripted([running, stop, ended]);
    const error = await failureOf(execInGuest(pve, { vmid: 100, command: ["x"], signal: controller.signal }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "aborted" });
    expect(String(error)).toMatch(/pid 4242: the waiting was aborted; the program goes on/);
  });
});

describe("waitForAgent", () => {
  it("comes back when the agent answers, on whatever node the guest is", async () => {
    const { pve, sim } = simulated();
    await waitForAgent(pve, { vmid: 100 });
    expect(countRequests(sim, "POST", /^\/nodes\/pve1\/qemu\/100\/agent\/ping$/)).toBe(1);
  });

  it("waits through the boot of the guest and nodes that cannot be reached", async () => {
    const sim = createSimulator();
    let pings = 0;
    const pve = simulatedClient(sim, {
      transport: faulty(sim, (url) => {
        if (!url.endsWith("/agent/ping")) return undefined;
        pings += 1;
        if (pings === 1) return agentError("VM 100 is not running");
        if (pings === 2) return unreachable();
        if (pings === 3) return agentError("VM 100 qga command 'guest-ping' failed - got timeout");
        return pings < 6 ? agentError("QEMU guest agent is not running") : undefined;
      }),
    });
    await waitForAgent(pve, { vmid: 100, node: "pve1" });
    expect(pings).toBe(6);
  });

  it("gives up at once where no agent is configured, and late where none comes", async () => {
    const sim = createSimulator();
    let text = "No QEMU guest agent configured";
    const pve = simulatedClient(sim, {
      transport: faulty(sim, (url) => (url.endsWith("/agent/ping") ? agentError(text) : undefined)),
    });
    expect(await failureOf(waitForAgent(pve, { vmid: 100 }))).toMatchObject({
      code: "PVE_REQUEST",
      kind: "unsupported",
    });
    text = "QEMU guest agent is not running";
    const before = sim.clock.now();
    const error = await failureOf(waitForAgent(pve, { vmid: 100, timeout: 30_000 }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "timeout" });
    expect(String(error)).toContain("the last answer was: QEMU guest agent is not running");
    expect(sim.clock.now() - before).toBeGreaterThanOrEqual(30_000);
  });
});
