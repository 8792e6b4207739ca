import { describe, expect, it } from "vitest";
import { catalogue, requiredRole, ToolNotFoundError } from "../../src/index.js";

const roleFor = (...names: string[]) => requiredRole(names);
const held = (...names: string[]) =>
  Object.fromEntries(roleFor(...names).grants.map(({ path, privileges }) => [path, privileges]));

describe("the role that tools require", () => {
  it("is what one tool needs, with what it takes to find a guest", () => {
    expect(roleFor("start_vm")).toEqual({
      grants: [{ path: "/vms", propagate: true, role: "assistant-vms", privileges: ["VM.Audit", "VM.PowerMgmt"] }],
      notPossible: [],
      optional: [],
      free: [],
      commands: [
        "pveum role add assistant-vms --privs 'VM.Audit,VM.PowerMgmt'",
        "pveum user add 'assistant@pve'",
        "pveum user token add 'assistant@pve' mcp --privsep 1",
        "pveum acl modify /vms --users 'assistant@pve' --roles assistant-vms",
        "pveum acl modify /vms --tokens 'assistant@pve!mcp' --roles assistant-vms",
      ],
    });
  });

  it("grants each privilege where it is asked for, and on / without what is below", () => {
    const { grants } = roleFor("get_ha_status", "get_node_status");
    expect(grants).toMatchObject([
      { path: "/", propagate: false, privileges: ["Sys.Audit"] },
      { path: "/nodes", propagate: true, privileges: ["Sys.Audit"] },
    ]);
  });

  it("takes the least of several privileges, and one that is needed anyway before another", () => {
    expect(held("get_node_storage")["/storage"]).toEqual(["Datastore.Audit"]);
    expect(held("create_vm")["/storage"]).toContain("Datastore.AllocateSpace");
    expect(held("create_vm", "get_node_storage")["/storage"]).not.toContain("Datastore.Audit");
  });

  it("says again on a path what it grants above it, because the nearer grant takes its place", () => {
    const { grants } = roleFor("set_acl", "start_vm");
    expect(grants).toMatchObject([
      { path: "/", propagate: true, privileges: ["Permissions.Modify"] },
      { path: "/vms", propagate: true, privileges: ["Permissions.Modify", "VM.Audit", "VM.PowerMgmt"] },
    ]);
  });

  it("names what PVE keeps for root@pam or from tokens", () => {
    expect(roleFor("remove_node_from_cluster", "change_password").notPossible).toEqual([
      expect.objectContaining({ tool: "remove_node_from_cluster", why: "PVE allows it to nobody but root@pam" }),
      expect.objectContaining({ tool: "change_password", why: "PVE lets no API token do it" }),
    ]);
  });

  it("keeps out what a tool can do without, and what certain arguments take on the whole cluster", () => {
    expect(roleFor("get_vlan_config").optional).toEqual([
      {
        tool: "get_vlan_config",
        operation: "GET /cluster/sdn/zones",
        needs: expect.stringMatching(/^any user; .*zones/),
      },
    ]);
    expect(held("create_vm")["/"]).toBeUndefined();
    expect(roleFor("create_vm").optional).toContainEqual({
      ...{ tool: "create_vm", operation: "POST /nodes/{node}/qemu" },
      needs: "Sys.Modify on /, for tags",
    });
  });

  it("knows tools that everybody may use, and needs nothing for nothing", () => {
    expect(roleFor("list_roles")).toMatchObject({ grants: [], free: ["list_roles"] });
    expect(requiredRole([])).toMatchObject({ grants: [], notPossible: [] });
  });

  it("is made for whom it is said to be", () => {
    expect(requiredRole(["get_vms"], { user: "bot@pve", token: "a", role: "look" }).commands).toEqual([
      "pveum role add look-vms --privs 'VM.Audit'",
      "pveum user add 'bot@pve'",
      "pveum user token add 'bot@pve' a --privsep 1",
      "pveum acl modify /vms --users 'bot@pve' --roles look-vms",
      "pveum acl modify /vms --tokens 'bot@pve!a' --roles look-vms",
    ]);
  });

  it("covers all tools at once, and refuses a name that no tool has", () => {
    expect(requiredRole("all")).toEqual(requiredRole(catalogue.map(({ name }) => name)));
    expect(requiredRole("all").grants.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["/", "/access/groups", "/nodes", "/pool", "/storage", "/vms"]),
    );
    expect(() => requiredRole(["strat_vm"])).toThrow(ToolNotFoundError);
  });
});
