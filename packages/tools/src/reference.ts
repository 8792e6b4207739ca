import type { Toolset } from "./define.js";
import type { ResolvedTool } from "./resolved.js";
import { type JsonSchema, typesOf } from "./schema.js";

const OPENING = `<!-- Written by \`pnpm surface\`. Do not edit: change the catalogue in packages/tools and write it again. -->

# Tools

What each tool does, takes and needs. **read** changes nothing, **change** can be undone, **destroy** loses data, cuts
access or stops something people use. Arguments with a question mark may be left out. The privileges are those that PVE
asks of the caller, by its schema and by what its code checks beyond it; [permissions.md](permissions.md) has the roles for
whole toolsets, [quick-reference.md](quick-reference.md) every tool on a line.
`;

/** The reference of all tools as Markdown, toolset by toolset. */
export function referenceOf(toolsets: readonly Toolset[], tools: readonly ResolvedTool[]): string {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const sections = toolsets.map((set) => {
    const members = Object.keys(set.tools).flatMap((name) => byName.get(name) ?? []);
    return [`## ${set.title}`, ...members.map(sectionOf)].join("\n\n");
  });
  return `${[OPENING.trimEnd(), ...sections].join("\n\n")}\n`;
}

function sectionOf(tool: ResolvedTool): string {
  const needs = Object.entries(tool.privileges).map(
    ([route, needed]) => `- \`${route}\`: ${needed}${tool.optional.includes(route) ? " (can do without)" : ""}`,
  );
  const lines = [
    `### ${tool.name}`,
    `**${tool.risk}** · \`${tool.operations[0] ?? ""}\`${tool.since === undefined ? "" : ` · since ${tool.since}`}`,
    tool.description,
    ...argumentTable(tool),
    `Example: \`${JSON.stringify(tool.entry.example)}\``,
    ...(needs.length > 0 ? [["Needs:", ...needs].join("\n")] : []),
  ];
  return lines.join("\n\n");
}

function argumentTable({ inputSchema }: ResolvedTool): readonly string[] {
  const required = new Set(inputSchema.required);
  const rows = Object.entries(inputSchema.properties).map(
    ([name, schema]) =>
      `| \`${name}${required.has(name) ? "" : "?"}\` | ${typesOf(schema).join(" or ")} | ${textOf(schema)} |`,
  );
  return rows.length === 0 ? [] : [["| argument | type | |", "|---|---|---|", ...rows].join("\n")];
}

function textOf(schema: JsonSchema): string {
  const { minimum, maximum, enum: choices } = schema;
  const range =
    minimum === undefined ? undefined : maximum === undefined ? `At least ${minimum}` : `${minimum} to ${maximum}`;
  const parts = [
    schema.description,
    choices === undefined ? undefined : `One of ${choices.map((choice) => `\`${choice}\``).join(", ")}.`,
    range === undefined ? undefined : `${range}.`,
    schema.default === undefined ? undefined : `Default ${String(schema.default)}.`,
  ];
  return parts
    .filter((part) => part !== undefined)
    .join(" ")
    .replaceAll("|", "\\|")
    .replaceAll("\n", " ");
}
