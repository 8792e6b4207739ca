import { parseArgs } from "node:util";
import { addCommand } from "./commands/add.js";
import { buildCommand } from "./commands/build.js";
import { checkCommand, gapsCommand } from "./commands/check.js";
import { diffCommand } from "./commands/diff.js";
import { evidenceCommand } from "./commands/evidence.js";
import { generateCommand } from "./commands/generate.js";
import { importCommand } from "./commands/import.js";
import { replayCommand } from "./commands/replay.js";
import { SpecFault } from "./fault.js";
import { openWorkspace } from "./workspace.js";

const USAGE = `pve-codegen: makes the spec from Proxmox's API trees, and code from the spec.

  import <file|url|https://node:8006> --release 9.2 [--product 9.2.3] [--fingerprint AA:BB:…]
                       reads an API tree into specs/releases/<release>.json
  add <source> --release 9.3
                       import, build, reports and changeset in one go
  build                facts + corrections + docs → specs/proxmox-api-spec.json
  generate <package>   spec → src/generated of client or simulator
  diff A B [--format markdown|json|changeset]
                       what changed between two releases, with a verdict
  gaps [path]          lists what is not documented under a path
  check                prints what the spec covers; exits 1 on a gap
  replay <answers.jsonl> [--distil <file>]
                       holds recorded answers against the spec; exits 1 on a contradiction
  evidence <matrix.jsonl> [recordings.jsonl] --distil <folder>
                       boils down who was refused what, for holding verdicts against it`;

/** Runs one command line and returns the exit code. */
export async function runCli(argv: readonly string[], root: string, print: (line: string) => void): Promise<number> {
  const { values, positionals } = parse(argv);
  const [command, argument] = positionals;
  const workspace = openWorkspace(root);
  switch (command) {
    case "import":
      return importCommand(workspace, { source: argument, ...values }, print);
    case "add":
      return addCommand(workspace, { source: argument, ...values }, print);
    case "build":
      return buildCommand(workspace, print);
    case "generate":
      return generateCommand(workspace, argument, print);
    case "check":
      return checkCommand(workspace, print);
    case "diff":
      return diffCommand(workspace, positionals.slice(1), values.format ?? "markdown", print);
    case "replay":
      return replayCommand(workspace, argument, values.distil, print);
    case "evidence":
      return evidenceCommand(workspace, { matrix: argument, recordings: positionals[2], ...values }, print);
    case "gaps":
      return gapsCommand(workspace, argument ?? "/", print);
    default:
      print(USAGE);
      return command === undefined || command === "help" ? 0 : 2;
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        format: { type: "string" },
        release: { type: "string" },
        product: { type: "string" },
        date: { type: "string" },
        fingerprint: { type: "string" },
        distil: { type: "string" },
      },
    });
  } catch (error) {
    throw new SpecFault("command line", `${(error as Error).message}\n\n${USAGE}`);
  }
}
