import { verifyAudit } from "../audit/verify-audit.js";
import { type Command, type CommandInput, EXIT } from "../command.js";
import { readFlags } from "../flags.js";
import { loadConfig } from "../load-config.js";
import { settingsUsage } from "../usage.js";

/** `pve-mcp audit verify`: says whether the audit is whole. */
export const audit: Command = {
  usage: `pve-mcp audit: check what was written down of changes.

Usage: pve-mcp audit verify [--directory <directory>] [--key-file <file>] [settings]

Checks every line of every file against the one before, and each file against what later ones saw of it. Prints the first
line of each file that is not as it was written, and ends with status 1 if there is one, or nothing to check.

  --directory <directory>   where the audit lies; otherwise audit.directory of the configuration
  --key-file <file>         file with the key of the hashes; otherwise audit.key_file of the configuration

${settingsUsage}`,
  async run(input) {
    const [word] = input.argv;
    if (word !== "verify") {
      input.err("pve-mcp audit: there is one thing to do, verify.\n");
      return EXIT.usage;
    }
    const place = await placeOf({ ...input, argv: input.argv.slice(1) });
    return place === undefined ? EXIT.usage : report(place, input);
  },
};

interface Place {
  readonly directory: string;
  readonly key?: string | undefined;
}

const TAKES = { valued: { "--directory": "a directory", "--key-file": "a file" } };

async function placeOf(input: CommandInput): Promise<Place | undefined> {
  const { argv, err, readFile } = input;
  const { own, problems } = readFlags(argv, TAKES);
  const directory = own["--directory"]?.at(-1);
  const keyFile = own["--key-file"]?.at(-1);
  // With the directory given, checking needs no cluster to be configured.
  if (directory !== undefined) {
    for (const problem of problems) err(`pve-mcp audit: ${problem}\n`);
    if (problems.length > 0) return undefined;
    return { directory, key: keyFile === undefined ? undefined : readFile(keyFile).trim() };
  }
  const loaded = await loadConfig(input, TAKES);
  if (loaded === undefined) return undefined;
  const { audit: configured } = loaded.config.safety;
  if (configured !== undefined)
    return keyFile === undefined ? configured : { ...configured, key: readFile(keyFile).trim() };
  err("pve-mcp audit: no directory is configured. Set audit.directory, or name one with --directory.\n");
  return undefined;
}

function report({ directory, key }: Place, { out, err }: Pick<CommandInput, "out" | "err">): number {
  const { files, lines, broken } = verifyAudit(directory, key);
  if (files === 0) {
    err(`pve-mcp audit: there is no audit in ${JSON.stringify(directory)}: it was never begun, or was taken away.\n`);
    return EXIT.failed;
  }
  for (const problem of broken) err(`${problem}\n`);
  out(
    broken.length === 0
      ? `${lines} lines in ${files} files are as they were written.\n`
      : `${broken.length} problems.\n`,
  );
  return broken.length === 0 ? EXIT.done : EXIT.failed;
}
