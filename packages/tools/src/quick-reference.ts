import type { Toolset } from "./define.js";
import type { ResolvedTool } from "./resolved.js";

const OPENING = `<!-- Written by \`pnpm surface\`. Do not edit: change the catalogue in packages/tools and write it again. -->

# Quick reference

Every tool on a line. Arguments with a question mark may be left out; \`R\` only reads, \`C\` changes, \`D\` can lose data, cut
access or stop what people use. More in [tools.md](tools.md), and what each needs in [permissions.md](permissions.md).
`;

/** Every tool on one line, toolset by toolset, as Markdown. */
export function quickReferenceOf(toolsets: readonly Toolset[], tools: readonly ResolvedTool[]): string {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const sections = toolsets.map((set) => {
    const members = Object.keys(set.tools).flatMap((name) => byName.get(name) ?? []);
    return [`## ${set.title}`, ["| tool | | |", "|---|---|---|", ...members.map(lineOf)].join("\n")].join("\n\n");
  });
  return `${[OPENING.trimEnd(), ...sections].join("\n\n")}\n`;
}

function lineOf({ name, title, risk, inputSchema, entry }: ResolvedTool): string {
  const required = new Set(inputSchema.required);
  const args = Object.keys(entry.accepts).map((argument) => `${argument}${required.has(argument) ? "" : "?"}`);
  const listed = entry.lists === true ? " …" : "";
  return `| [\`${name}\`](tools.md#${name}) (${args.join(", ")}${listed}) | ${risk.charAt(0).toUpperCase()} | ${title} |`;
}
