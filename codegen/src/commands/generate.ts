import { rmSync } from "node:fs";
import path from "node:path";
import { buildOlder } from "../build/older.js";
import type { OpenApiDocument } from "../build/openapi.js";
import { SpecFault } from "../fault.js";
import type { GeneratedFile } from "../generate/banner.js";
import { emitClient } from "../generate/client.js";
import { emitSimulator } from "../generate/simulator.js";
import { readReleases, SPEC_FILE, sha256, type Workspace } from "../workspace.js";

type Emit = (
  document: OpenApiDocument,
  specHash: string,
  workspace: Workspace,
) => Promise<GeneratedFile[]> | GeneratedFile[];

const PACKAGES: Readonly<Record<string, Emit>> = {
  client(document, specHash, workspace) {
    const releases = workspace.list("specs/releases", ".json").map((file) => path.basename(file, ".json"));
    return emitClient(document, specHash, releases);
  },
  simulator(document, specHash, workspace) {
    const older = buildOlder({
      releases: readReleases(workspace),
      corrections: workspace.list("specs/corrections", ".yaml").map(workspace.yaml),
      formats: workspace.list("specs/formats", ".yaml").map(workspace.yaml),
    });
    return emitSimulator(document, specHash, older);
  },
};

/** Writes `packages/<package>/src/generated` from the committed spec; files that are no longer made are removed. */
export async function generateCommand(
  workspace: Workspace,
  target: string | undefined,
  print: (line: string) => void,
): Promise<number> {
  const emit = target === undefined ? undefined : PACKAGES[target];
  if (emit === undefined) {
    throw new SpecFault("command line", `generate what? Known: ${Object.keys(PACKAGES).join(", ")}`);
  }
  const text = workspace.read(SPEC_FILE);
  const files = await emit(JSON.parse(text) as OpenApiDocument, sha256(text), workspace);
  const folder = `packages/${target}/src/generated`;
  rmSync(path.join(workspace.root, folder), { recursive: true, force: true });
  for (const { file, text: content } of files) workspace.write(`${folder}/${file}`, content);
  print(`${folder}: ${files.length} files from ${SPEC_FILE}`);
  return 0;
}
