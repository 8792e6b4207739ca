import { createSimulator, type Simulator } from "@pve/simulator";

/** Somebody who calls, as PVE knows them: the one pool they may see, and a token of their own. */
export interface LoadPerson {
  readonly id: string;
  readonly pool: string;
  readonly pveToken: string;
}

/** What the process of this file answers: to a number, a cluster with so many people; to `cpu`, what it has spent. */
export interface LoadCluster {
  readonly url: string;
  readonly token: string;
  readonly fingerprint: string;
  readonly people: readonly LoadPerson[];
}

// A process of its own, so that what the cluster costs is not counted as the callers', nor keeps them waiting.
process.on("message", (asked: number | "cpu") => {
  if (asked === "cpu") process.send?.(process.cpuUsage());
  else void serveCluster(asked).then((cluster) => process.send?.(cluster));
});

async function serveCluster(callers: number): Promise<LoadCluster> {
  const pve = createSimulator({ seed: "three-nodes", clock: { speed: 50 } });
  const { url, fingerprint256: fingerprint } = await pve.listen();
  process.once("disconnect", () => void pve.close());
  const people = await Promise.all(Array.from({ length: callers }, (_, at) => makePerson(pve, at)));
  return { url, fingerprint, token: pve.credentials.token, people };
}

async function makePerson(pve: Simulator, at: number): Promise<LoadPerson> {
  const id = `caller-${at}`;
  const userid = `${id}@pve`;
  await asRoot(pve, "POST", "/access/users", { userid });
  const pool = `pool-${at}`;
  await asRoot(pve, "POST", "/pools", { poolid: pool });
  await asRoot(pve, "PUT", "/access/acl", { path: `/pool/${pool}`, roles: "PVEPoolUser", users: userid });
  const made = await asRoot(pve, "POST", `/access/users/${userid}/token/own`, { privsep: "0" });
  return { id, pool, pveToken: `${userid}!own=${made.value}` };
}

async function asRoot(
  pve: Simulator,
  method: "POST" | "PUT",
  route: string,
  form: Readonly<Record<string, string>>,
): Promise<{ value?: string }> {
  const answer = await pve.fetch(`/api2/json${route}`, {
    method,
    headers: {
      authorization: `PVEAPIToken=${pve.credentials.token}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams(form).toString(),
  });
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${answer.statusText}`);
  const { data } = (await answer.json()) as { data: { value?: string } | null };
  return data ?? {};
}
