import type { Toolset } from "./define.js";
import { type RequiredRole, roleFor } from "./permissions/required-role.js";
import type { ResolvedTool } from "./resolved.js";

const OPENING = `<!-- Written by \`pnpm surface\`. Do not edit: change the catalogue in packages/tools and write it again. -->

# Permissions

The least that a toolset needs, as \`requiredRole\` of \`@pve/tools\` computes it from the conditions of PVE's API and code: one
role a path, granted to a user and to a token of that user with privilege separation, because such a token has only what both
are granted. A path that ends in a star is granted with everything below it. For a selection of your own, for one guest instead
of all (\`/vms/100\` in place of \`/vms\`) or for a pool, take the roles and choose the paths.

A grant on a path takes the place of what the same user is granted above it; therefore a role holds again what comes from
above. Tools that need no privilege work for everybody who is signed in, and many of them then show less: PVE leaves out of
its lists what the caller may not see.
`;

/** The role and the grants of each toolset, and the commands that make them, as Markdown. */
export function permissionsReferenceOf(toolsets: readonly Toolset[], tools: readonly ResolvedTool[]): string {
  const sections = toolsets.map(({ id, title }) => {
    const members = tools.filter(({ toolset }) => toolset === id);
    return [`## ${title}`, ...sectionOf(roleFor(members, { role: `assistant-${id}` }))].join("\n\n");
  });
  return `${[OPENING.trimEnd(), ...sections].join("\n\n")}\n`;
}

function sectionOf({ grants, free, optional, notPossible, commands }: RequiredRole): readonly string[] {
  const rows = grants.map(({ path, propagate, privileges }) => {
    const place = propagate ? `${path === "/" ? "" : path}/*` : path;
    return `| \`${place}\` | ${privileges.join(", ")} |`;
  });
  return [
    ["| path | privileges |", "|---|---|", ...rows].join("\n"),
    ["```sh", ...commands, "```"].join("\n"),
    ...(free.length > 0 ? [`Needs no privilege: ${free.map(code).join(", ")}.`] : []),
    ...listOf(
      "Not in the role:",
      optional.map(({ tool, operation, needs }) => `${code(tool)}, ${code(operation)}: ${needs}`),
    ),
    ...listOf(
      "No role allows:",
      notPossible.map(({ tool, operation, why }) => `${code(tool)}, ${code(operation)}: ${why}`),
    ),
  ];
}

function listOf(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [[title, "", ...items.map((item) => `- ${item}`)].join("\n")];
}

function code(text: string): string {
  return `\`${text}\``;
}
