import { tool } from "../define.js";
import { expiry } from "./parameters.js";

/** Users and their tokens. */
export const userTools = {
  list_users: tool("GET /access/users", {
    title: "List users",
    summary:
      "Lists the accounts that may sign in, with name, e-mail, groups, whether they are enabled and when they expire. For tokens use list_api_tokens, for what somebody may do list_acl.",
    risk: "read",
    accepts: { enabled: "enabled" },
    fixed: { full: true },
    lists: true,
    keep: ["userid", "enable", "expire", "firstname", "lastname", "email", "comment", "groups", "realm-type"],
    example: {},
  }),
  get_user: tool("GET /access/users/{userid}", {
    title: "Show a user",
    summary:
      "Shows one account: name, e-mail, groups, tokens, enabled, expiry in seconds since the epoch (0 for never).",
    risk: "read",
    accepts: { userid: "userid" },
    keep: ["enable", "expire", "firstname", "lastname", "email", "comment", "groups", "tokens"],
    example: { userid: "auditor@pve" },
  }),
  create_user: tool("POST /access/users", {
    title: "Create a user",
    summary:
      "Creates an account, such as jane@pve. A password can be given only in the realm pve; an account of pam has to exist on the nodes. It may do nothing until set_acl or a group grants a role.",
    risk: "change",
    accepts: {
      userid: "userid",
      password: "password",
      email: "email",
      comment: "comment",
      firstname: "firstname",
      lastname: "lastname",
      groups: "groups",
      enable: "enable",
      expire: expiry,
    },
    recipe: "create-record",
    shows: "GET /access/users/{userid}",
    example: { userid: "jane@pve", email: "jane@lab.example", groups: "operators", comment: "on call" },
  }),
  update_user: tool("PUT /access/users/{userid}", {
    title: "Change a user",
    summary:
      "Changes name, e-mail, comment, expiry or groups of an account, or disables it with enable false: its tokens stop working too. Shows what differs. For the password use change_password.",
    risk: "change",
    accepts: {
      userid: "userid",
      email: "email",
      comment: "comment",
      firstname: "firstname",
      lastname: "lastname",
      enable: "enable",
      expire: expiry,
      groups: "groups",
      append: "append",
    },
    recipe: "update-record",
    shows: "GET /access/users/{userid}",
    example: { userid: "auditor@pve", comment: "reads, never writes" },
  }),
  delete_user: tool("DELETE /access/users/{userid}", {
    title: "Delete a user",
    summary:
      "Deletes an account with its tokens and ACL entries, for good, and shows what it was. To keep it and shut it out use update_user with enable false.",
    risk: "destroy",
    accepts: { userid: "userid" },
    recipe: "delete-record",
    shows: "GET /access/users/{userid}",
    example: { userid: "auditor@pve" },
  }),
  change_password: tool("PUT /access/password", {
    title: "Set a password",
    summary:
      "Sets the password of an account of the realm pve or pam. PVE never lets an API token do this: it works only where the server signs in with user name and password. Sessions that are open stay open.",
    risk: "change",
    accepts: { userid: "userid", password: "password", "confirmation-password": "confirmation-password" },
    example: { userid: "auditor@pve", password: "correct-horse-battery" },
  }),
  list_api_tokens: tool("GET /access/users/{userid}/token", {
    title: "List API tokens",
    summary:
      "Lists the API tokens of one user, or of all users the caller may see: expiry, comment, and whether a token may do less than its user (privsep). Secrets are never shown.",
    risk: "read",
    accepts: { userid: "userid" },
    optional: ["userid"],
    recipe: "tokens",
    also: ["GET /access/users"],
    picks: true,
    example: {},
  }),
  create_api_token: tool("POST /access/users/{userid}/token/{tokenid}", {
    title: "Create an API token",
    summary:
      "Creates an API token. PVE shows its secret once: it is saved where the operator keeps secrets, and the answer says where, never what. With privsep, the default, it may do nothing until set_acl grants it a role.",
    risk: "change",
    accepts: { userid: "userid", tokenid: "tokenid", expire: expiry, privsep: "privsep", comment: "comment" },
    recipe: "create-token",
    secret: true,
    also: ["DELETE /access/users/{userid}/token/{tokenid}"],
    example: { userid: "auditor@pve", tokenid: "monitoring", comment: "for the dashboard" },
  }),
  delete_api_token: tool("DELETE /access/users/{userid}/token/{tokenid}", {
    title: "Delete an API token",
    summary: "Deletes an API token with its ACL entries: whatever signs in with it is shut out at once.",
    risk: "destroy",
    accepts: { userid: "userid", tokenid: "tokenid" },
    recipe: "delete-record",
    shows: "GET /access/users/{userid}/token/{tokenid}",
    example: { userid: "auditor@pve", tokenid: "reader" },
  }),
};
