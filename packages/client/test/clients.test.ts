import { type AddressInfo, connect, createServer } from "node:net";
import { createSimulator } from "@pve/simulator";
import { expect, it } from "vitest";
import { createClients } from "../src/node.js";

/** A TCP hop that counts the connections through it. */
async function countingHop(target: string) {
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    const far = connect(Number(new URL(target).port), "127.0.0.1");
    for (const socket of [near, far])
      socket.on("error", () => undefined).on("close", () => [near, far].map((one) => one.destroy()));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    [Symbol.dispose]: () => void server.close(),
  };
}

it("clients of one cluster share its connections, and each goes with its own credentials", async () => {
  await using pve = createSimulator();
  const { url, fingerprint256 } = await pve.listen();
  using hop = await countingHop(url);
  const seen: (number | undefined)[] = [];
  const onExchange = (status: number | undefined): void => void seen.push(status);
  const clients = createClients({ baseUrl: hop.url, tls: { fingerprint256 }, onExchange });
  const { token, auditorToken } = pve.credentials;
  const [root, auditor] = [clients({ token }), clients({ token: auditorToken })];

  await root.call("GET /version");
  await auditor.call("GET /version");
  expect(hop.connections()).toBe(1);

  const snapshot = { snapname: "before" };
  await expect(auditor.nodes("pve1").qemu(100).snapshot.post(snapshot)).rejects.toMatchObject({ kind: "permission" });
  expect((await root.nodes("pve1").qemu(100).snapshot.post(snapshot)).upid).toMatch(/root@pam/);
  expect(seen).toEqual([200, 200, 403, 200]);

  pve.faults.add({ kind: "reset-before" });
  await expect(root.call("GET /version", {}, { retries: false })).rejects.toMatchObject({ kind: "reset" });
  expect(seen).toEqual([200, 200, 403, 200, undefined]);
});
