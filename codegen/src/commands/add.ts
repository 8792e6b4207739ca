import { diffReleases } from "../diff/release-diff.js";
import { changesetText } from "../diff/report.js";
import { readReleases, type Workspace } from "../workspace.js";
import { buildCommand } from "./build.js";
import { PACKAGES } from "./diff.js";
import { type ImportOptions, importCommand } from "./import.js";

/** Takes a release in: facts, origin, spec, reports, and a changeset that says what it brings. */
export async function addCommand(
  workspace: Workspace,
  options: ImportOptions,
  print: (line: string) => void,
): Promise<number> {
  await importCommand(workspace, options, print);
  buildCommand(workspace, print);
  const releases = readReleases(workspace);
  const at = releases.findIndex(({ release }) => release === options.release);
  const [before, after] = [releases[at - 1], releases[at]];
  if (before !== undefined && after !== undefined) {
    const file = `.changeset/pve-${after.release}.md`;
    workspace.write(file, changesetText(diffReleases(before, after), PACKAGES));
    print(`${file}: read it, and say in a sentence what matters to people`);
  }
  return 0;
}
