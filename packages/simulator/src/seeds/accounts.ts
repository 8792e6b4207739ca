import { type AccessState, seedAccess } from "../access.js";
import type { Release } from "../contracts.js";
import type { Random } from "../world-random.js";
import type { SeedCredentials } from "./seed.js";

/** The accounts that every seed has: root, somebody who may only look, and somebody who runs one pool. */
export function seedAccounts(
  random: Random,
  pool: string,
  release: Release,
): { access: AccessState; credentials: SeedCredentials } {
  const secrets = { full: random.uuid(), reader: random.uuid(), operator: random.uuid() };
  const password = `proxmox-${random.uuid().slice(0, 8)}`;
  const access = seedAccess(
    {
      groups: [{ groupid: "operators", comment: "Run the guests of one pool" }],
      users: [
        {
          userid: "root@pam",
          password,
          email: "root@lab.example",
          tokens: [{ tokenid: "full", privsep: false, secret: secrets.full, comment: "everything root may do" }],
        },
        {
          userid: "auditor@pve",
          password: `audit-${random.uuid().slice(0, 8)}`,
          comment: "May look at everything",
          tokens: [{ tokenid: "reader", privsep: false, secret: secrets.reader }],
        },
        {
          userid: "operator@pve",
          password: `operate-${random.uuid().slice(0, 8)}`,
          comment: "Runs the guests of one pool",
          groups: ["operators"],
          tokens: [{ tokenid: "ops", privsep: false, secret: secrets.operator }],
        },
      ],
      acl: [
        { path: "/", to: "auditor@pve", roleid: "PVEAuditor" },
        { path: `/pool/${pool}`, to: "@operators", roleid: "PVEVMAdmin" },
        { path: `/pool/${pool}`, to: "@operators", roleid: "PVEPoolUser" },
        { path: "/storage", to: "@operators", roleid: "PVEDatastoreUser" },
        { path: "/sdn/zones/localnetwork", to: "@operators", roleid: "PVESDNUser" },
      ],
    },
    release,
  );
  return {
    access,
    credentials: {
      token: `root@pam!full=${secrets.full}`,
      auditorToken: `auditor@pve!reader=${secrets.reader}`,
      operatorToken: `operator@pve!ops=${secrets.operator}`,
      username: "root@pam",
      password,
    },
  };
}
