/** What the command line said, before anything is checked for sense. */
interface Flags {
  readonly help: boolean;
  readonly version: boolean;
  /** Words given to `--allow`, commas split. */
  readonly allow: readonly string[];
  /** The last value given to `--wait`. */
  readonly wait: string | undefined;
  /** The last value given to `--config`. */
  readonly config: string | undefined;
}

/** The flags, and what could not be read as one. */
export interface ReadFlags {
  readonly flags: Flags;
  readonly problems: readonly string[];
}

const VALUED = ["--allow", "--wait", "--config"] as const;
const BARE = ["--help", "--version"] as const;
const SHORT: Readonly<Record<string, string>> = { "-h": "--help", "-V": "--version" };

/** Every flag the server knows, in the order in which `--help` names them. */
const flagNames: readonly string[] = [...VALUED, ...BARE];

/**
 * Reads the command line; never throws.
 *
 * A word that is no flag is reported by its position and not repeated: people paste tokens here.
 */
export function readFlags(argv: readonly string[]): ReadFlags {
  const seen: Record<string, string[]> = {};
  const problems: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    const equals = word.startsWith("--") ? word.indexOf("=") : -1;
    const inline = equals === -1 ? undefined : word.slice(equals + 1);
    const written = equals === -1 ? word : word.slice(0, equals);
    const name = SHORT[written] ?? written;
    if (!isOneOf(VALUED, name)) {
      const problem = bareProblem(name, at, inline);
      if (problem === undefined) seen[name] = [];
      else problems.push(problem);
      continue;
    }
    const next = argv[at + 1];
    const value = inline ?? (next?.startsWith("--") === true ? undefined : next);
    if (inline === undefined && value !== undefined) at += 1;
    if (value === undefined || value === "") problems.push(`${name} needs a value: ${VALUE_HINTS[name]}.`);
    else seen[name] = [...(seen[name] ?? []), value];
  }
  return { flags: flagsOf(seen), problems };
}

const VALUE_HINTS = {
  "--allow": "--allow change or --allow destroy",
  "--wait": "a number of seconds, such as --wait 45",
  "--config": "a file, such as --config pve-mcp.yaml",
} as const;

function bareProblem(name: string, at: number, inline: string | undefined): string | undefined {
  if (!name.startsWith("-")) {
    return `Word ${at + 1} of the command line is not a flag (it is not repeated here). Known flags: ${flagNames.join(", ")}.`;
  }
  if (!isOneOf(BARE, name)) return `${name} is not a flag of pve-mcp. Known flags: ${flagNames.join(", ")}.`;
  return inline === undefined ? undefined : `${name} takes no value. Write ${name} alone.`;
}

function flagsOf(seen: Readonly<Record<string, readonly string[]>>): Flags {
  const allow = (seen["--allow"] ?? []).flatMap((value) => value.split(",")).map((word) => word.trim());
  return {
    help: "--help" in seen,
    version: "--version" in seen,
    allow: allow.filter((word) => word !== ""),
    wait: seen["--wait"]?.at(-1),
    config: seen["--config"]?.at(-1),
  };
}

function isOneOf<const Names extends readonly string[]>(names: Names, name: string): name is Names[number] {
  return names.includes(name);
}
