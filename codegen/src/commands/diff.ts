import { diffReleases } from "../diff/release-diff.js";
import { changesetText, markdownReport } from "../diff/report.js";
import { SpecFault } from "../fault.js";
import { printJson } from "../json.js";
import { readReleases, type Workspace } from "../workspace.js";

/** The packages whose users a new release concerns. */
export const PACKAGES = ["@pve/client", "@pve/tools", "@pve/mcp-server", "@pve/simulator"];

/** Compares two committed releases: as Markdown, as JSON, or as a changeset. */
export function diffCommand(
  workspace: Workspace,
  [from, to]: readonly string[],
  format: string,
  print: (line: string) => void,
): number {
  const releases = readReleases(workspace);
  const find = (name: string | undefined) => {
    const found = releases.find(({ release }) => release === name);
    if (found === undefined)
      throw new SpecFault(
        "command line",
        `diff which releases? Known: ${releases.map(({ release }) => release).join(", ")}`,
      );
    return found;
  };
  const diff = diffReleases(find(from), find(to));
  const texts: Readonly<Record<string, () => string>> = {
    markdown: () => markdownReport(diff),
    json: () => printJson(diff),
    changeset: () => changesetText(diff, PACKAGES),
  };
  const text = texts[format];
  if (text === undefined)
    throw new SpecFault("command line", `--format is one of ${Object.keys(texts).join(", ")}, not "${format}"`);
  print(text().trimEnd());
  return 0;
}

/** Writes the report of every pair of neighbouring releases to `docs/releases`. */
export function writeReleaseReports(workspace: Workspace): string[] {
  const releases = readReleases(workspace);
  return releases.slice(1).map((after, index) => {
    const before = releases[index] ?? after;
    const file = `docs/releases/${before.release}-${after.release}.md`;
    workspace.write(file, markdownReport(diffReleases(before, after)));
    return file;
  });
}
