import { type ClientOptions, createClient, type PveClient, type Transport } from "@pve/client";
import { createSimulator, type Simulator } from "@pve/simulator";

/** A client of a simulator in this process, on the simulator's clock. */
export function simulatedClient(sim: Simulator, options: Partial<ClientOptions> = {}): PveClient {
  return createClient({
    baseUrl: sim.baseUrl,
    auth: { token: sim.credentials.token },
    transport: sim.fetch,
    sleep: sim.clock.sleep,
    now: sim.clock.now,
    ...options,
  });
}

/** A fresh simulator and root's client of it. */
export function simulated(): { readonly sim: Simulator; readonly pve: PveClient } {
  const sim = createSimulator();
  return { sim, pve: simulatedClient(sim) };
}

/** How the way to a server fails: an answer in the server's place, an error, or nothing. */
export type Fault = (url: string, method: string) => Response | Error | undefined;

/** The simulator's transport with a bad patch in front of it. */
export function faulty(sim: Simulator, fault: Fault): Transport {
  return async (url, init) => {
    const trouble = fault(url, init.method);
    if (trouble instanceof Error) throw trouble;
    return trouble ?? sim.fetch(url, init);
  };
}

/** What PVE's proxy answers when it cannot reach the node. */
export function unreachable(): Response {
  return new Response('{"data":null}', {
    status: 595,
    statusText: "No route to host",
    headers: { "content-type": "application/json;charset=UTF-8" },
  });
}

/** How often something of this kind was asked. */
export function countRequests(sim: Simulator, method: string, path: RegExp): number {
  return sim.requests().filter((request) => request.method === method && path.test(request.path)).length;
}
