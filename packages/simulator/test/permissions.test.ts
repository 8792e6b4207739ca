import { describe, expect, it } from "vitest";
import { type AccessSeed, seedAccess } from "../src/access.js";
import { normalizePath, privilegesOn } from "../src/permissions.js";
import { openSession } from "./session.js";

const users = [
  {
    userid: "ann@pve",
    groups: ["ops"],
    tokens: [{ tokenid: "all", privsep: false }, { tokenid: "sep" }],
  },
];
const roles = [
  { roleid: "Look", privs: ["VM.Audit"] },
  { roleid: "Run", privs: ["VM.Audit", "VM.PowerMgmt"] },
  { roleid: "Disk", privs: ["Datastore.Audit"] },
];

type Acl = NonNullable<AccessSeed["acl"]>;

/** `priv` for a propagating privilege, `priv!` for one that ends here. */
function held(acl: Acl, authid: string, path: string): string[] {
  const access = seedAccess({ users, roles, groups: [{ groupid: "ops" }], acl });
  const pools = new Map([
    ["prod", { vms: new Set([100]), storages: new Set(["data"]) }],
    ["dev", { vms: new Set([100]), storages: new Set<string>() }],
  ]);
  return [...privilegesOn({ access, pools }, authid, path)].map(([priv, flag]) => priv + (flag ? "" : "!")).sort();
}

describe("the evaluation of access control lists", () => {
  it.each<[string, Acl, string, string, string[]]>([
    ["nothing without entries", [], "ann@pve", "/vms/100", []],
    ["what stands above", [{ path: "/", to: "ann@pve", roleid: "Look" }], "ann@pve", "/vms/100", ["VM.Audit"]],
    [
      "nothing from above that does not propagate",
      [{ path: "/vms", to: "ann@pve", roleid: "Look", propagate: false }],
      "ann@pve",
      "/vms/100",
      [],
    ],
    [
      "what does not propagate at its own path, marked so",
      [{ path: "/vms", to: "ann@pve", roleid: "Look", propagate: false }],
      "ann@pve",
      "/vms",
      ["VM.Audit!"],
    ],
    [
      "only what the deepest level says",
      [
        { path: "/", to: "ann@pve", roleid: "Run" },
        { path: "/vms", to: "ann@pve", roleid: "Look" },
      ],
      "ann@pve",
      "/vms/101",
      ["VM.Audit"],
    ],
    [
      "what the pool's path inherits, on top of a narrower entry for all guests",
      [
        { path: "/", to: "ann@pve", roleid: "Run" },
        { path: "/vms", to: "ann@pve", roleid: "Look" },
      ],
      "ann@pve",
      "/vms/100",
      ["VM.Audit", "VM.PowerMgmt!"],
    ],
    [
      "the user's own entries before the group's",
      [
        { path: "/", to: "@ops", roleid: "Run" },
        { path: "/", to: "ann@pve", roleid: "Look" },
      ],
      "ann@pve",
      "/",
      ["VM.Audit"],
    ],
    [
      "a deeper group entry before a shallower user entry",
      [
        { path: "/", to: "ann@pve", roleid: "Look" },
        { path: "/vms", to: "@ops", roleid: "Run" },
      ],
      "ann@pve",
      "/vms/100",
      ["VM.Audit", "VM.PowerMgmt"],
    ],
    [
      "nothing under NoAccess",
      [
        { path: "/", to: "ann@pve", roleid: "Run" },
        { path: "/vms/100", to: "ann@pve", roleid: "NoAccess" },
        { path: "/vms/100", to: "ann@pve", roleid: "Run" },
      ],
      "ann@pve",
      "/vms/100",
      [],
    ],
    [
      "a pool's roles on its members, ending there",
      [{ path: "/pool/prod", to: "ann@pve", roleid: "Run" }],
      "ann@pve",
      "/vms/100",
      ["VM.Audit!", "VM.PowerMgmt!"],
    ],
    [
      "a pool's roles on its storages",
      [{ path: "/pool", to: "@ops", roleid: "Disk" }],
      "ann@pve",
      "/storage/data",
      ["Datastore.Audit!"],
    ],
    [
      "nothing on what is not in the pool",
      [{ path: "/pool/prod", to: "ann@pve", roleid: "Run" }],
      "ann@pve",
      "/vms/101",
      [],
    ],
    [
      "a directly held role with its own flag beside the pool's",
      [
        { path: "/vms", to: "ann@pve", roleid: "Look" },
        { path: "/pool/prod", to: "ann@pve", roleid: "Run" },
      ],
      "ann@pve",
      "/vms/100",
      ["VM.Audit", "VM.PowerMgmt!"],
    ],
    [
      "nothing when one of the pools says NoAccess",
      [
        { path: "/vms", to: "ann@pve", roleid: "Look" },
        { path: "/pool/prod", to: "ann@pve", roleid: "Run" },
        { path: "/pool/dev", to: "ann@pve", roleid: "NoAccess" },
      ],
      "ann@pve",
      "/vms/100",
      [],
    ],
    [
      "the user's rights for a token without separation",
      [{ path: "/", to: "ann@pve", roleid: "Run" }],
      "ann@pve!all",
      "/",
      ["VM.Audit", "VM.PowerMgmt"],
    ],
    [
      "nothing for a separated token without entries",
      [{ path: "/", to: "ann@pve", roleid: "Run" }],
      "ann@pve!sep",
      "/",
      [],
    ],
    [
      "what token and user have in common for a separated token",
      [
        { path: "/", to: "ann@pve", roleid: "Look" },
        { path: "/", to: "ann@pve!sep", roleid: "Run" },
      ],
      "ann@pve!sep",
      "/vms/100",
      ["VM.Audit"],
    ],
    [
      "a separated token's right without propagation when the user's or the token's does not propagate",
      [
        { path: "/vms", to: "ann@pve", roleid: "Look" },
        { path: "/vms", to: "ann@pve!sep", roleid: "Run", propagate: false },
      ],
      "ann@pve!sep",
      "/vms",
      ["VM.Audit!"],
    ],
    ["nothing for a token that does not exist", [{ path: "/", to: "ann@pve", roleid: "Run" }], "ann@pve!nope", "/", []],
    ["nothing for a user that does not exist", [], "bob@pve", "/", []],
  ])("gives %s", (_title, acl, authid, path, want) => {
    expect(held(acl, authid, path)).toStrictEqual(want);
  });

  it("gives root@pam everything, whatever the list says", () => {
    const acl = [{ path: "/", to: "root@pam", roleid: "NoAccess" }];
    expect(held(acl, "root@pam", "/vms/100")).toContain("Permissions.Modify");
  });

  it.each([
    ["/vms/100/", "/vms/100"],
    ["//vms//100", "/vms/100"],
    ["vms", "/vms"],
    ["/", "/"],
    ["/nodes/bad_node!", undefined],
    ["", undefined],
  ])("brings %s into its normal form", (path, normal) => {
    expect(normalizePath(path)).toBe(normal);
  });
});

describe("permission checks", () => {
  const nobody = async () => {
    const session = openSession();
    await session.send("POST", "/access/users", { form: "userid=nobody%40pve" });
    const { json } = await session.send("POST", "/access/users/nobody@pve/token/t1", { form: "privsep=0" });
    const { value } = json.data as { value: string };
    return { ...session, token: `nobody@pve!t1=${value}` };
  };

  it.each([
    ["GET", "/nodes/pve1/qemu/100/config", "/vms/100, VM.Audit"],
    ["POST", "/access/groups", "/access/groups, Group.Allocate"],
    ["GET", "/nodes/pve1/status", "/nodes/pve1, Sys.Audit"],
    ["GET", "/nodes/pve1/storage/local/status", "/storage/local, Datastore.Audit|Datastore.AllocateSpace"],
    ["GET", "/cluster/acme/account/x", "user != root@pam"],
    ["POST", "/access/users?userid=x1%40pve&groups=operators", "/access/realm/pve, Realm.AllocateUser"],
    ["PUT", "/access/acl?path=%2Fvms%2F100&roles=Look", "/vms/100, Permissions.Modify|VM.Allocate"],
  ])("refuse %s %s with the path and the privileges", async (method, path, detail) => {
    const { send, token } = await nobody();
    const text = `Permission check failed (${detail})`;
    expect(await send(method, path, { token })).toMatchObject({
      status: 403,
      reason: text,
      json: { data: null, message: `${text}\n` },
    });
  });

  it("refuse a choice of checks with the bare text", async () => {
    const { send, token } = await nobody();
    expect(await send("GET", "/nodes/pve1/disks/list", { token })).toMatchObject({
      status: 403,
      reason: "Permission check failed",
    });
  });

  it("come before parameter verification, and see raw parameters", async () => {
    const { send, token } = await nobody();
    expect(await send("GET", "/nodes/pve1/qemu/abc/config?bogus=1", { token })).toMatchObject({
      reason: "Permission check failed (/vms/abc, VM.Audit)",
    });
    expect(await send("GET", "/nodes/bad_node!/status")).toMatchObject({
      status: 403,
      reason: "Permission check failed (, Sys.Audit)",
    });
  });

  it("let the literal root@pam through where its tokens are refused", async () => {
    const { sim, send } = openSession();
    const path = "/cluster/acme/account/x";
    expect(await send("GET", path)).toMatchObject({ reason: "Permission check failed (user != root@pam)" });
    const form = { username: "root@pam", password: sim.credentials.password };
    const { json } = await send("POST", "/access/ticket", { token: null, form });
    const { ticket } = json.data as { ticket: string };
    const answer = await send("GET", path, { token: null, headers: { cookie: `PVEAuthCookie=${ticket}` } });
    expect(answer.status).not.toBe(403);
  });

  it("let rights on the pool stand in for rights on a new guest only when the pool is named", async () => {
    const { send, token } = await nobody();
    await send("PUT", "/access/acl", { form: "path=/vms/104&users=nobody%40pve&roles=PVETemplateUser" });
    await send("PUT", "/access/acl", { form: "path=/pool&users=nobody%40pve&roles=PVEVMAdmin" });
    const clone = (more: string) => send("POST", `/nodes/pve1/qemu/104/clone?newid=abc${more}`, { token });
    expect(await clone("")).toMatchObject({ status: 403, reason: "Permission check failed" });
    expect(await clone("&pool=prod")).toMatchObject({ status: 400 });
  });

  it("follow a change of the access control list at once", async () => {
    const { send, token } = await nobody();
    const look = () => send("GET", "/nodes/pve1/qemu/100/config", { token });
    expect(await look()).toMatchObject({ status: 403 });
    await send("PUT", "/access/acl", { form: "path=/vms/100&users=nobody%40pve&roles=PVEAuditor" });
    expect(await look()).toMatchObject({ status: 200 });
    await send("PUT", "/access/acl", { form: "path=/vms/100&users=nobody%40pve&roles=PVEAuditor&delete=1" });
    expect(await look()).toMatchObject({ status: 403 });
  });

  it("name a user that does not exist, and a name that cannot be one", async () => {
    const { send } = openSession();
    expect(await send("GET", "/access/users/ghost@pve")).toMatchObject({ reason: "no such user ('ghost@pve')" });
    expect(await send("POST", "/access/users", { form: "userid=x" })).toMatchObject({
      status: 500,
      reason: "user name 'x' is too short",
    });
  });

  it("say what one may do", async () => {
    const { send, token } = await nobody();
    const ask = async (query: string, who?: string) =>
      (await send("GET", `/access/permissions${query}`, who === undefined ? {} : { token: who })).json.data;
    expect(await ask("", token)).toStrictEqual({});
    await send("PUT", "/access/acl", { form: "path=/vms/100&users=nobody%40pve&roles=PVETemplateUser&propagate=0" });
    const want = { "/vms/100": { "VM.Audit": 0, "VM.Clone": 0 } };
    expect(await ask("", token)).toStrictEqual(want);
    expect(await ask("?userid=nobody%40pve&path=/vms/100")).toStrictEqual(want);
    const refused = await send("GET", "/access/permissions?userid=root%40pam", { token });
    expect(refused).toMatchObject({ status: 403, reason: "Permission check failed (/access, Sys.Audit)" });
  });
});
