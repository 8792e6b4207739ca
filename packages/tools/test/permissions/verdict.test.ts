import { describe, expect, it } from "vitest";
import type { Expression } from "../../src/permissions/expression.js";
import { type Caller, evaluate } from "../../src/permissions/verdict.js";

const audit: Expression = { kind: "perm", path: "/vms/{vmid}", privileges: ["VM.Audit"] };

const caller = (held: Readonly<Record<string, readonly string[]>>, id = "ann@pve"): Caller => ({
  id,
  grants: (path) => new Set(held[path]),
  groupsOf: (userid) => ({ "bob@pve": ["ops"], "ann@pve": [] })[userid] ?? null,
});

describe("verdicts", () => {
  const perm = (path: string, ...privileges: string[]): Expression => ({ kind: "perm", path, privileges });
  const cases: [title: string, expression: Expression, params: object, who: Caller | undefined, want: object][] = [
    ["what is held is allowed", audit, { vmid: 100 }, caller({ "/vms/100": ["VM.Audit"] }), { verdict: "allowed" }],
    [
      "what is missing is named",
      audit,
      { vmid: 100 },
      caller({ "/vms/101": ["VM.Audit"] }),
      { verdict: "denied", by: "check", missing: [{ path: "/vms/100", privileges: ["VM.Audit"] }] },
    ],
    ["an absent parameter is a dash in the path", audit, {}, caller({}), { missing: [{ path: "/vms/-" }] }],
    ["root@pam may", { kind: "root" }, {}, caller({}, "root@pam"), { verdict: "allowed" }],
    ["a token of root@pam is not root@pam", { kind: "root" }, {}, caller({}, "root@pam!t"), { verdict: "denied" }],
    ["a stranger needs a login", { kind: "any-user" }, {}, undefined, { verdict: "denied" }],
    ["a stranger may what is open", { kind: "world" }, {}, undefined, { verdict: "allowed" }],
    [
      "an option that is given takes its privilege",
      { kind: "when", params: ["net[n]"], needs: perm("/", "A") },
      { net0: "virtio" },
      caller({}),
      { verdict: "denied" },
    ],
    [
      "an option that is deleted takes it, too",
      { kind: "when", params: ["net[n]"], namedBy: ["delete"], needs: perm("/", "A") },
      { delete: "onboot,net1" },
      caller({}),
      { verdict: "denied" },
    ],
    [
      "an option that is absent takes nothing",
      { kind: "when", params: ["a"], needs: perm("/", "A") },
      {},
      caller({}),
      { verdict: "allowed" },
    ],
    [
      "part of a value stands in the path",
      { kind: "when", params: ["scsi[n]"], matches: "^(?<value>[^:]+):", needs: perm("/storage/{value}", "A") },
      { scsi0: "local:32", scsi1: "nas:1" },
      caller({ "/storage/local": ["A"] }),
      { missing: [{ path: "/storage/nas", privileges: ["A"] }] },
    ],
    [
      "each of a list is checked",
      { kind: "each", param: "vms", needs: perm("/vms/{value}", "A") },
      { vms: "100, 101" },
      caller({ "/vms/100": ["A"] }),
      { missing: [{ path: "/vms/101", privileges: ["A"] }] },
    ],
    [
      "no is spelt in several ways",
      { kind: "given", params: ["on"], is: ["0"] },
      { on: "off" },
      caller({}),
      { verdict: "allowed" },
    ],
    ["what PVE looks up is left open", perm("/sdn/zones/{?zone}", "A"), {}, caller({}), { verdict: "depends" }],
    [
      "a denial by the operation's own code says so",
      { kind: "handler", needs: perm("/", "A") },
      {},
      caller({}),
      { verdict: "denied", by: "handler" },
    ],
    [
      "what nobody knows is unknown",
      { kind: "unknown", why: "prose" },
      {},
      caller({}),
      { verdict: "unknown", why: "prose" },
    ],
    [
      "a denial is certain even beside something unknown",
      { kind: "and", of: [{ kind: "unknown", why: "prose" }, perm("/", "A")] },
      {},
      caller({}),
      { verdict: "denied" },
    ],
    [
      "the members of a group are reached through it",
      { kind: "group", privileges: ["User.Modify"] },
      { userid: "bob@pve" },
      caller({ "/access/groups/ops": ["User.Modify"] }),
      { verdict: "allowed" },
    ],
    [
      "a user that is not there is an error and no refusal",
      { kind: "group", privileges: ["User.Modify"] },
      { userid: "eve@pve" },
      caller({}),
      { verdict: "depends" },
    ],
    [
      "but a refusal where there are alternatives",
      {
        kind: "or",
        of: [
          { kind: "user", is: "self" },
          { kind: "group", privileges: ["User.Modify"] },
        ],
      },
      { userid: "eve@pve" },
      caller({ "/access/groups": ["User.Modify"] }),
      { verdict: "denied" },
    ],
    [
      "a user's own tasks are those of its tokens, too",
      { kind: "owner", param: "upid" },
      { upid: "UPID:n:1:2:3:qmstart:100:ann@pve!t:" },
      caller({}),
      { verdict: "allowed" },
    ],
    [
      "a token's are only its own",
      { kind: "owner", param: "upid" },
      { upid: "UPID:n:1:2:3:qmstart:100:ann@pve:" },
      caller({}, "ann@pve!t"),
      { verdict: "denied" },
    ],
    [
      "changing an ACL counts the right to allocate",
      { kind: "modify", path: "/vms/7" },
      {},
      caller({ "/vms/7": ["VM.Allocate"] }),
      { verdict: "allowed" },
    ],
  ];
  it.each(cases)("%s", (_title, expression, params, who, want) => {
    expect(evaluate(expression, params as Readonly<Record<string, unknown>>, who)).toMatchObject(want);
  });
});
