import { tool, toolset } from "../define.js";

/** Where PVE sends word of what happens. */
export const notifications = toolset({
  id: "notifications",
  title: "Notifications",
  tools: {
    list_notification_targets: tool("GET /cluster/notifications/targets", {
      title: "List notification targets",
      summary:
        "Lists where notifications can go: mail, SMTP, Gotify, webhooks. Which go where: list_notification_matchers.",
      risk: "read",
      accepts: {},
      keep: ["name", "type", "origin", "comment", "disable"],
      example: {},
    }),
    list_notification_matchers: tool("GET /cluster/notifications/matchers", {
      title: "List notification matchers",
      summary: "Lists the rules that choose which notifications go to which targets.",
      risk: "read",
      accepts: {},
      keep: [
        "name",
        "target",
        "match-severity",
        "match-field",
        "match-calendar",
        "mode",
        "invert-match",
        "origin",
        "comment",
        "disable",
      ],
      example: {},
    }),
    test_notification_target: tool("POST /cluster/notifications/targets/{name}/test", {
      title: "Test a notification target",
      summary: "Sends a test message to a target, and fails where it cannot be delivered.",
      risk: "change",
      accepts: { name: "name" },
      repeatable: true,
      example: { name: "mail-to-root" },
    }),
  },
});
