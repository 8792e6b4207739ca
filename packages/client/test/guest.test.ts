import { findGuest, type Transport, withGuest } from "@pve/client";
import { createSimulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { failureOf } from "./fault-server.js";
import { countRequests, simulated, simulatedClient } from "./simulated.js";

describe("findGuest", () => {
  it("tells node and kind, and asks the cluster once", async () => {
    const { pve, sim } = simulated();
    const place = await findGuest(pve, 103);
    expect(place).toEqual({ node: sim.guest(103)?.node, kind: sim.guest(103)?.kind });
    expect(await findGuest(pve.withOptions({}), 100)).toEqual({ node: "pve1", kind: "qemu" });
    expect(countRequests(sim, "GET", /^\/cluster\/resources$/)).toBe(1);
    await findGuest(pve, 100, { fresh: true });
    expect(countRequests(sim, "GET", /^\/cluster\/resources$/)).toBe(2);
  });

  it("does not take one cluster's guest for another's over the same transport, nor show a caller what another sees", async () => {
    await using one = createSimulator();
    await using other = createSimulator({ seed: "one-node" });
    const transport: Transport = (url, init) => (url.startsWith("https://other/") ? other : one).fetch(url, init);
    const elsewhere = { transport, baseUrl: "https://other", auth: { token: other.credentials.token } };
    expect(await findGuest(simulatedClient(one, { transport }), 101)).toEqual({ node: "pve2", kind: "qemu" });
    expect(await findGuest(simulatedClient(other, elsewhere), 101)).toEqual({ node: "pve1", kind: "qemu" });
    const { value } = await simulatedClient(one).access.users("root@pam").token("blind").post({ privsep: true });
    const blind = simulatedClient(one, { transport, auth: { token: `root@pam!blind=${value}` } });
    expect(await failureOf(findGuest(blind, 101))).toMatchObject({ code: "PVE_REQUEST", kind: "not-found" });
  });

  it("says when there is none", async () => {
    const { pve } = simulated();
    expect(await failureOf(findGuest(pve, 4711))).toMatchObject({ code: "PVE_REQUEST", kind: "not-found" });
  });
});

describe("withGuest", () => {
  it("follows a guest that was migrated in the meantime", async () => {
    const { pve, sim } = simulated();
    expect(await findGuest(pve, 101)).toEqual({ node: "pve2", kind: "qemu" });
    await (await pve.nodes("pve2").qemu(101).migrate.post({ target: "pve3", online: true })).done();
    const seen: string[] = [];
    const config = await withGuest(pve, 101, ({ node }) => {
      seen.push(node);
      return pve.nodes(node).qemu(101).config.get();
    });
    expect(seen).toEqual(["pve2", "pve3"]);
    expect(config.digest).toMatch(/^[0-9a-f]{40}$/);
    expect(await findGuest(pve, 101)).toMatchObject({ node: "pve3" });
    expect(sim.guest(101)?.node).toBe("pve3");
  });

  it("passes on every other failure, without asking again", async () => {
    const { pve, sim } = simulated();
    let calls = 0;
    const work = ({ node }: { readonly node: string }) => {
      calls += 1;
      return pve.nodes(node).qemu(100).snapshot("nope").config.get();
    };
    expect(await failureOf(withGuest(pve, 100, work))).toMatchObject({ code: "PVE_REQUEST" });
    expect(calls).toBe(1);
    expect(countRequests(sim, "GET", /^\/cluster\/resources$/)).toBe(1);
  });

  it("passes the refusal on when the guest is where it was", async () => {
    const { pve } = simulated();
    let calls = 0;
    const work = ({ node }: { readonly node: string }) => {
      calls += 1;
      return pve.nodes(node).lxc(100).config.get();
    };
    expect(await failureOf(withGuest(pve, 100, work))).toMatchObject({ kind: "not-found" });
    expect(calls).toBe(1);
  });
});
