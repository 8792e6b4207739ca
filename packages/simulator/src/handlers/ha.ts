import { die } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import { haResourceHandlers } from "./ha-resources.js";
import { haRuleHandlers } from "./ha-rules.js";
import { haStatusHandlers } from "./ha-status.js";

/** Groups have become rules; every call about them says so. */
function migrated(deed: string): Handler {
  return () => die(`cannot ${deed}: ha groups have been migrated to rules`);
}

/** High availability. */
export const haHandlers: Handlers = {
  "GET /cluster/ha": () => ["status", "resources", "groups", "rules"].map((id) => ({ id })),
  "GET /cluster/ha/groups": migrated("index groups"),
  "POST /cluster/ha/groups": migrated("create group"),
  "GET /cluster/ha/groups/{group}": migrated("read group"),
  "PUT /cluster/ha/groups/{group}": migrated("update group"),
  "DELETE /cluster/ha/groups/{group}": migrated("delete group"),
  ...haResourceHandlers,
  ...haRuleHandlers,
  ...haStatusHandlers,
};
