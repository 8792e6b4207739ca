import { expect } from "vitest";
import type { Answer } from "../src/index.js";
import { failure, type Lab } from "./lab.js";

const user = (lab: Lab, userid: string) => lab.other.call("GET /access/users/{userid}", { userid });
const tokens = async (lab: Lab, userid: string) =>
  (await lab.other.call("GET /access/users/{userid}/token", { userid })).map((row) => row.tokenid);
const groups = async (lab: Lab) => (await lab.other.call("GET /access/groups", {})).map((row) => row.groupid);
const roles = async (lab: Lab) => (await lab.other.call("GET /access/roles", {})).map((row) => row.roleid);
const pool = async (lab: Lab, poolid: string) =>
  (await lab.other.call("GET /pools", { poolid }))[0]?.members?.map((row) => Object(row)["vmid"]);

/** How the lab has to look after the examples about users, permissions and pools. */
export const accessAfterwards: Readonly<Record<string, (lab: Lab, answer: Answer) => unknown>> = {
  create_user: async (lab) =>
    expect(await user(lab, "jane@pve")).toMatchObject({ email: "jane@lab.example", groups: ["operators"] }),
  update_user: async (lab) => expect(await user(lab, "auditor@pve")).toMatchObject({ comment: "reads, never writes" }),
  delete_user: async (lab) => expect(String(await failure(user(lab, "auditor@pve")))).toContain("no such user"),
  change_password: async (lab) => {
    const body = "username=auditor%40pve&password=correct-horse-battery";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const url = `${lab.sim.baseUrl}/api2/json/access/ticket`;
    expect((await lab.sim.fetch(url, { method: "POST", headers, body })).status).toBe(200);
  },
  create_api_token: async (lab, answer) => {
    expect(await tokens(lab, "auditor@pve")).toContain("monitoring");
    const secret = lab.secrets.get("token-auditor@pve!monitoring")?.split("=")[1] ?? "none";
    expect(secret).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(answer)).not.toContain(secret);
  },
  delete_api_token: async (lab) => expect(await tokens(lab, "auditor@pve")).not.toContain("reader"),
  create_group: async (lab) => expect(await groups(lab)).toContain("backup"),
  delete_group: async (lab) => expect(await groups(lab)).not.toContain("operators"),
  create_role: async (lab) => expect(await roles(lab)).toContain("PowerUser"),
  delete_role: async (lab) => expect(await roles(lab)).not.toContain("PowerUser"),
  set_acl: async (lab) =>
    expect(await lab.other.call("GET /access/acl", {})).toContainEqual(
      expect.objectContaining({ path: "/vms/100", ugid: "auditor@pve", roleid: "PVEVMUser" }),
    ),
  create_pool: async (lab) => expect(await pool(lab, "lab")).toEqual([103, 203]),
  update_pool: async (lab) => expect(await pool(lab, "dev")).toContain(103),
  delete_pool: async (lab) => expect(String(await failure(pool(lab, "lab")))).toContain("does not exist"),
};
