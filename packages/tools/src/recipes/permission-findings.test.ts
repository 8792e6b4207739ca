import { describe, expect, it } from "vitest";
import { type AccessFacts, type AccessUser, findingsOf } from "./permission-findings.js";

const now = 1_780_000_000;
const privileges = new Map([
  ["Administrator", ["Permissions.Modify", "Sys.Modify", "VM.Audit"]],
  ["Operator", ["Sys.PowerMgmt", "VM.Audit"]],
  ["PVEAuditor", ["VM.Audit", "Sys.Audit"]],
]);
const user = (more: Partial<AccessUser>): AccessUser => ({
  userid: "jane@pve",
  enabled: true,
  expire: 0,
  groups: [],
  tokens: [],
  ...more,
});
const grant = (ugid: string, roleid: string, path = "/", type = "user") => ({
  path,
  ugid,
  type,
  roleid,
  propagate: true,
});
const facts = (more: Partial<AccessFacts>): AccessFacts => ({ users: [user({})], acl: [], privileges, now, ...more });

describe("findingsOf", () => {
  const cases: [title: string, facts: AccessFacts, want: string[]][] = [
    ["says nothing where nothing is wide", facts({ acl: [grant("jane@pve", "PVEAuditor")] }), []],
    ["does not mind wide roles below /", facts({ acl: [grant("jane@pve", "Administrator", "/vms/100")] }), []],
    [
      "names an administrator of everything",
      facts({ acl: [grant("ops", "Administrator", "/", "group")] }),
      ["critical @ops: may do everything in the cluster"],
    ],
    [
      "names the privileges that lead further",
      facts({ acl: [grant("jane@pve", "Operator")] }),
      ["warning jane@pve: has Sys.PowerMgmt on /"],
    ],
    [
      "names tokens without separation, root's first",
      facts({
        users: [
          user({ tokens: [{ id: "jane@pve!ci", separated: false, expire: 0 }] }),
          user({ userid: "root@pam", tokens: [{ id: "root@pam!full", separated: false, expire: now + 60 }] }),
        ],
      }),
      [
        "critical root@pam!full: may do everything that root may",
        "warning jane@pve!ci: may do everything that its user may",
      ],
    ],
    [
      "names what comes back with a disabled user, and expired tokens",
      facts({
        users: [user({ enabled: false, tokens: [{ id: "jane@pve!old", separated: true, expire: now - 60 }] })],
        acl: [grant("jane@pve", "PVEAuditor")],
      }),
      ["info jane@pve: is disabled and has rights that come back with it", "info jane@pve!old: has expired"],
    ],
    [
      "names entries for somebody who is not there",
      facts({ acl: [grant("gone@pve", "PVEAuditor")] }),
      ["info gone@pve: is not there, or not to be seen, and has rights"],
    ],
  ];

  it.each(cases)("%s", (_title, given, want) => {
    expect(findingsOf(given).map(({ severity, who, problem }) => `${severity} ${who}: ${problem}`)).toEqual(want);
  });
});
