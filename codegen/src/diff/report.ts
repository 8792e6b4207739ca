import type { Change, ReleaseDiff } from "./change.js";

/** The difference as a page a person reads before upgrading. */
export function markdownReport(diff: ReleaseDiff): string {
  const operations = diff.changes.filter(({ side, name }) => side === "operation" && name === "");
  const added = operations.filter(({ effect }) => effect === "added");
  const removed = operations.filter(({ effect }) => effect === "removed");
  const rest = diff.changes.filter((change) => !added.includes(change) && !removed.includes(change));
  const breaking = rest.filter((change) => change.breaking);
  const harmless = rest.filter((change) => !change.breaking);
  return [
    `# Proxmox VE ${diff.from} → ${diff.to}`,
    "Made by `pve-codegen diff` from the facts of both releases. Descriptions never count.",
    `${plural(added.length, "operation")} added, ${removed.length} removed; ${plural(breaking.length, "breaking change")} and ${plural(harmless.length, "other change")} in operations that stay. Verdict: **${diff.bump}**.`,
    "Input breaks when it becomes narrower (a new required parameter, a value no longer accepted); output breaks when it becomes wider (a field no longer always there, a value never seen before). Two patterns or formats that differ cannot be compared, so the worse is assumed.",
    section("Removed operations", removed.map(routeLine)),
    section("Breaking changes", byRoute(breaking)),
    section("Added operations", added.map(routeLine)),
    section("Other changes", byRoute(harmless)),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

/** One changeset that tells users of the packages what the release brings. */
export function changesetText(diff: ReleaseDiff, packages: readonly string[]): string {
  const count = (effect: Change["effect"]) =>
    diff.changes.filter((change) => change.side === "operation" && change.name === "" && change.effect === effect)
      .length;
  const breaking = diff.changes.filter((change) => change.breaking).length;
  return [
    "---",
    ...packages.map((name) => `${JSON.stringify(name)}: ${diff.bump}`),
    "---",
    "",
    `Knows Proxmox VE ${diff.to}: ${plural(count("added"), "operation")} more than in ${diff.from} and ${count("removed")} fewer, with ${plural(breaking, "breaking change")}. What changed is listed in \`docs/releases/${diff.from}-${diff.to}.md\`.`,
    "",
  ].join("\n");
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `## ${title}\n\n${lines.join("\n")}`;
}

function routeLine({ route }: Change): string {
  return `- \`${route}\``;
}

function byRoute(changes: readonly Change[]): string[] {
  const groups = groupBy(changes);
  return [...groups].flatMap(([route, group]) => [`- \`${route}\``, ...group.map(changeLine)]);
}

function groupBy(changes: readonly Change[]): Map<string, Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) groups.set(change.route, [...(groups.get(change.route) ?? []), change]);
  return groups;
}

function changeLine({ side, name, text }: Change): string {
  const what = name === "" ? (side === "operation" ? "" : `${side}: `) : `${side} \`${name}\`: `;
  return `  - ${what}${text}`;
}
