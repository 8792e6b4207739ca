import { createClient, type PveClient } from "@pve/client";
import { describe, expect, it, test } from "vitest";
import { failureOf, startFaultServer } from "./fault-server.js";

/** A client of a server of that release, and how often it was asked. */
async function server(release: string, failures = 0) {
  const running = await startFaultServer((response, _, number) => {
    if (number <= failures) response.writeHead(500, "broken").end();
    else
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ data: { release, version: `${release}.1`, repoid: "0" } }));
  });
  const pve: PveClient = createClient({ baseUrl: running.url, auth: { token: "root@pam!t=5ec2e7f0" } });
  return { running, pve };
}

describe("supports", () => {
  test.each([
    ["8.4", false],
    ["9.0", true],
    ["9.2", true],
    ["10.0", true],
  ])("on %s, HA rules (of 9.0): %s", async (release, want) => {
    const { running, pve } = await server(release);
    await using _ = running;
    expect(await pve.supports("POST /cluster/ha/rules")).toBe(want);
  });

  it("knows parameters, and families of them", async () => {
    const { running, pve } = await server("9.0");
    await using _ = running;
    expect(await pve.supports("POST /cluster/ha/resources", ["failback"])).toBe(true);
    expect(await pve.supports("POST /cluster/ha/resources", ["auto-rebalance"])).toBe(false);
    expect(await pve.supports("POST /nodes/{node}/qemu", ["net31"])).toBe(true);
    expect(await pve.supports("POST /nodes/{node}/qemu", ["net32"])).toBe(false);
  });

  it("asks once, and not at all for what every release knows", async () => {
    const { running, pve } = await server("9.2");
    await using _ = running;
    await pve.supports("GET /nodes");
    expect(running.arrived).toHaveLength(0);
    await Promise.all([pve.supports("POST /cluster/ha/rules"), pve.supports("GET /cluster/ha/rules")]);
    await pve.supports("GET /cluster/ha/rules");
    expect(running.arrived.map(({ url }) => url)).toEqual(["/api2/json/version"]);
  });

  it("asks again after a failure, and names a route that nobody knows", async () => {
    const { running, pve } = await server("9.2", 1);
    await using _ = running;
    expect(await failureOf(pve.supports("GET /cluster/ha/rules"))).toMatchObject({ code: "PVE_REQUEST" });
    expect(await pve.supports("GET /cluster/ha/rules")).toBe(true);
    expect(await failureOf(pve.supports("GET /nowhere" as "GET /nodes"))).toMatchObject({ code: "PVE_PARAMETER" });
  });
});
