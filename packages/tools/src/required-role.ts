import { ToolNotFoundError } from "./errors.js";
import { findTool } from "./find-tool.js";
import { catalogue } from "./generated/catalogue.gen.js";
import { type RequiredRole, type RoleNames, roleFor } from "./permissions/required-role.js";

/**
 * The smallest set of roles and grants with which the named tools do all they can: as data, and as the `pveum` lines
 * that make them. Throws `ToolNotFoundError` for a name that no tool has.
 * @example requiredRole(["get_vms", "start_vm"], { user: "assistant@pve" }).commands
 */
export function requiredRole(names: readonly string[] | "all", whose: RoleNames = {}): RequiredRole {
  if (names === "all") return roleFor(catalogue, whose);
  const tools = names.map((name) => {
    const tool = findTool(name);
    if (tool === undefined) throw new ToolNotFoundError(`there is no tool ${name}`);
    return tool;
  });
  return roleFor(tools, whose);
}
