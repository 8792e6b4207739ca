import { type BuildResult, buildSpec } from "../build/build.js";
import { OPEN_RESULTS_FILE, openResultsReport } from "../build/coverage.js";
import { printJson } from "../json.js";
import { currentRelease, readOrigins, readReleases, SPEC_FILE, type Workspace } from "../workspace.js";
import { writeReleaseReports } from "./diff.js";

/** Reads everything under `specs/` and makes the central document of it. */
export function buildFrom(workspace: Workspace): BuildResult & { readonly release: string; readonly version: string } {
  const releases = readReleases(workspace);
  const { release } = currentRelease(releases);
  const version = readOrigins(workspace)[release]?.version ?? release;
  const built = buildSpec({
    releases,
    version,
    corrections: workspace.list("specs/corrections", ".yaml").map(workspace.yaml),
    formats: workspace.list("specs/formats", ".yaml").map(workspace.yaml),
    docs: {
      operations: workspace.list("specs/docs/operations", ".yaml").map(workspace.yaml),
      parameters: workspace.list("specs/docs/parameters", ".yaml").map(workspace.yaml),
      formats: workspace.list("specs/docs/formats", ".yaml").map(workspace.yaml),
    },
    permissions: workspace.list("specs/permissions", ".yaml").map(workspace.yaml),
  });
  return { ...built, release, version };
}

export function buildCommand(workspace: Workspace, print: (line: string) => void): number {
  const built = buildFrom(workspace);
  const { document, release } = built;
  workspace.write(OPEN_RESULTS_FILE, openResultsReport(built));
  for (const file of writeReleaseReports(workspace)) print(`${file}: up to date`);
  const changed = workspace.write(SPEC_FILE, printJson(document));
  print(`${SPEC_FILE}: Proxmox VE ${release}, ${changed ? "written" : "up to date"}`);
  return 0;
}
