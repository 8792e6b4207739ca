import { expect } from "vitest";
import { isGone, type Lab, type Row } from "./row.js";

const user = (lab: Lab, userid: string) => lab.other.call("GET /access/users/{userid}", { userid });
const tokens = async (lab: Lab, userid: string) =>
  (await lab.other.call("GET /access/users/{userid}/token", { userid })).map((row) => row.tokenid);
const groups = async (lab: Lab) => (await lab.other.call("GET /access/groups", {})).map((row) => row.groupid);
const roles = async (lab: Lab) => (await lab.other.call("GET /access/roles", {})).map((row) => row.roleid);
const pool = async (lab: Lab, poolid: string) =>
  (await lab.other.call("GET /pools", { poolid }))[0]?.members?.map((row) => Object(row)["vmid"]);

/** Users, groups, roles, permissions, tokens and pools. */
export const accessRows: Readonly<Record<string, Row>> = {
  list_users: { answers: { items: expect.arrayContaining([expect.objectContaining({ userid: "operator@pve" })]) } },
  get_user: { answers: { comment: "May look at everything", tokens: { reader: { privsep: false } } } },
  create_user: {
    effect: async (lab) =>
      expect(await user(lab, "jane@pve")).toMatchObject({ email: "jane@lab.example", groups: ["operators"] }),
  },
  update_user: {
    effect: async (lab) => expect(await user(lab, "auditor@pve")).toMatchObject({ comment: "reads, never writes" }),
  },
  delete_user: { effect: async (lab) => expect(await isGone(user(lab, "auditor@pve"))).toBe(true) },
  change_password: {
    signedIn: true,
    effect: async (lab) => {
      const body = "username=auditor%40pve&password=correct-horse-battery";
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const url = `${lab.sim.baseUrl}/api2/json/access/ticket`;
      expect((await lab.sim.fetch(url, { method: "POST", headers, body })).status).toBe(200);
    },
  },
  list_groups: { answers: { items: [{ groupid: "operators", users: ["operator@pve"] }], count: 1 } },
  create_group: { effect: async (lab) => expect(await groups(lab)).toContain("backup") },
  delete_group: { effect: async (lab) => expect(await groups(lab)).not.toContain("operators") },
  list_roles: { answers: { items: expect.arrayContaining([expect.objectContaining({ roleid: "PVEAuditor" })]) } },
  create_role: { effect: async (lab) => expect(await roles(lab)).toContain("PowerUser") },
  delete_role: {
    steps: [["create_role", { roleid: "PowerUser", privs: "VM.Audit" }]],
    effect: async (lab) => expect(await roles(lab)).not.toContain("PowerUser"),
  },
  list_acl: { answers: { items: [{ path: "/", ugid: "auditor@pve", roleid: "PVEAuditor" }], total: 1 } },
  set_acl: {
    effect: async (lab) =>
      expect(await lab.other.call("GET /access/acl", {})).toContainEqual(
        expect.objectContaining({ path: "/vms/100", ugid: "auditor@pve", roleid: "PVEVMUser" }),
      ),
  },
  list_api_tokens: { answers: { items: expect.arrayContaining([{ token: "operator@pve!ops", privsep: false }]) } },
  create_api_token: {
    effect: async (lab, answer) => {
      expect(await tokens(lab, "auditor@pve")).toContain("monitoring");
      const secret = lab.secrets.get("token-auditor@pve!monitoring")?.split("=")[1] ?? "none";
      expect(secret).toMatch(/^[0-9a-f-]{36}$/);
      expect(JSON.stringify(answer)).not.toContain(secret);
    },
  },
  delete_api_token: { effect: async (lab) => expect(await tokens(lab, "auditor@pve")).not.toContain("reader") },
  get_permission_report: {
    answers: { userid: "operator@pve!ops", privileges: { "/pool/prod": expect.arrayContaining(["VM.PowerMgmt*"]) } },
  },
  list_pools: { answers: { items: [{ poolid: "prod" }, { poolid: "dev" }] } },
  get_pool: { answers: { poolid: "prod", vms: [100, 101, 102, 200, 201], storages: ["nas"] } },
  get_pool_members: { answers: { items: expect.arrayContaining([expect.objectContaining({ vmid: 201 })]) } },
  create_pool: { effect: async (lab) => expect(await pool(lab, "lab")).toEqual([103, 203]) },
  update_pool: { effect: async (lab) => expect(await pool(lab, "dev")).toContain(103) },
  delete_pool: {
    steps: [["create_pool", { poolid: "lab" }]],
    effect: async (lab) => expect(await isGone(pool(lab, "lab"))).toBe(true),
  },
};
