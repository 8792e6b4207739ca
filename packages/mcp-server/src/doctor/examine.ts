import { quorum } from "./cluster.js";
import { certificate, connection } from "./connection.js";
import type { Finding, Patient } from "./finding.js";
import { grantsTooWide, identity, privileges } from "./token.js";

/** Looks at everything that a target needs to be of use. What depends on a connection is left out where there is none. */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  const first = [...(await certificate(patient)), ...(await connection(patient))];
  if (first.some(({ check, state }) => ["connection", "token"].includes(check) && state === "failed")) return first;
  const found = [...first];
  for (const check of [quorum, identity, privileges, grantsTooWide]) found.push(...(await check(patient)));
  return found;
}
