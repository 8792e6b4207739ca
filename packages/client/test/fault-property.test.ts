import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { nodeCertificate } from "./certificates.js";
import { FAULTS, type ScriptedFault, startScriptedServer } from "./fault-script.js";
import { nodeClient } from "./secure-server.js";

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;
type Method = (typeof METHODS)[number];

const tls = { ca: nodeCertificate.cert };
const scripts = fc.array(fc.constantFrom(...FAULTS), { maxLength: 5 });
const runs = inject("faultCases");

/** One operation of each kind that answers null. */
function call(baseUrl: string | readonly string[], method: Method): Promise<string> {
  const pve = nodeClient(baseUrl, { tls });
  const work = {
    GET: () => pve.nodes.get(),
    POST: () => pve.pools.post({ poolid: "p" }),
    PUT: () => pve.nodes("pve1").qemu(100).config.put({ cores: 1 }),
    DELETE: () => pve.access.users("a@pve").delete(),
  }[method];
  return work().then(
    () => "ok",
    (error: { readonly code: string; readonly kind?: string }) => [error.code, error.kind].filter(Boolean).join(" "),
  );
}

/** What a caller must hear when this was the last thing that happened. */
function outcomeOf(fault: ScriptedFault): string {
  if (fault.startsWith("reset")) return "PVE_CONNECTION reset";
  if (fault === "html" || fault === "cut json") return "PVE_PROTOCOL";
  if (fault === "ok") return "ok";
  if (fault === "401") return "PVE_REQUEST authentication";
  return fault === "500" ? "PVE_REQUEST other" : "PVE_REQUEST node-unreachable";
}

/** The rules of retrying, written down a second time: nothing of the request left, or it is a GET that got no answer. */
function mayRepeat(method: Method, fault: ScriptedFault): boolean {
  if (fault === "reset in the handshake") return true;
  return method === "GET" && (fault.startsWith("reset") || ["502", "595", "596"].includes(fault));
}

/** How many connections the rules allow for, and what comes of it. */
function foretell(method: Method, script: readonly ScriptedFault[]): { connections: number; outcome: string } {
  let last = 0;
  while (last < 2 && mayRepeat(method, script[last] ?? "ok")) last += 1;
  return { connections: last + 1, outcome: outcomeOf(script[last] ?? "ok") };
}

describe("whatever happens on the way", () => {
  it("a call is repeated by the rules alone, and says what happened last", async () => {
    const property = fc.asyncProperty(fc.constantFrom(...METHODS), scripts, async (method, script) => {
      await using server = await startScriptedServer(script);
      const outcome = await call(server.url, method);
      expect({ connections: server.connections(), outcome }).toEqual(foretell(method, script));
      if (method !== "GET") expect(server.arrived.length).toBeLessThanOrEqual(1);
    });
    await fc.assert(property, { numRuns: runs });
  }, 120_000);

  it("no change reaches two nodes of a cluster, or one of them twice", async () => {
    const methods = fc.constantFrom("POST" as const, "PUT" as const, "DELETE" as const);
    const property = fc.asyncProperty(methods, scripts, scripts, async (method, one, other) => {
      await using first = await startScriptedServer(one);
      await using second = await startScriptedServer(other);
      const outcome = await call([first.url, second.url], method);
      const arrived = [...first.arrived, ...second.arrived];
      expect(arrived.length).toBeLessThanOrEqual(1);
      if (outcome === "ok") expect(arrived).toEqual([method]);
    });
    await fc.assert(property, { numRuns: runs });
  }, 120_000);
});
