import { isBefore } from "../contracts.js";
import type { Handlers } from "../handler.js";
import { haGroupHandlers } from "./ha-groups.js";
import { haResourceHandlers } from "./ha-resources.js";
import { haRuleHandlers } from "./ha-rules.js";
import { haStatusHandlers } from "./ha-status.js";

/** High availability. */
export const haHandlers: Handlers = {
  "GET /cluster/ha": ({ world }) =>
    ["status", "resources", "groups", ...(isBefore(world.release, "9.0") ? [] : ["rules"])].map((id) => ({ id })),
  ...haGroupHandlers,
  ...haResourceHandlers,
  ...haRuleHandlers,
  ...haStatusHandlers,
};
