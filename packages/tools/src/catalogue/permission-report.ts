import { tool } from "../define.js";

/** Who may do what in effect. */
export const permissionReportTools = {
  get_permission_report: tool("GET /access/permissions", {
    title: "Report on permissions",
    summary:
      "Shows what a user or token may do in effect, path by path, and what of it is too wide. Without userid: everything too wide or left over in the cluster. Who was granted what: list_acl.",
    risk: "read",
    accepts: { userid: "userid" },
    brief: { userid: "User, or user@realm!token" },
    recipe: "permission-report",
    also: ["GET /access/users", "GET /access/acl", "GET /access/roles"],
    example: { userid: "operator@pve!ops" },
  }),
};
