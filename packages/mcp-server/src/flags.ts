/** What the command line said, before anything is checked for sense. */
interface Flags {
  /** Words given to `--allow`, commas split. */
  readonly allow: readonly string[];
  /** The last value given to `--wait`. */
  readonly wait: string | undefined;
  /** The last value given to `--config`. */
  readonly config: string | undefined;
  /** The last value given to `--approval`. */
  readonly approval: string | undefined;
  /** Words given to `--toolsets`, `--tools` and `--exclude`, commas split. */
  readonly toolsets: readonly string[];
  readonly tools: readonly string[];
  readonly exclude: readonly string[];
  /** The last value given to `--output-schemas`. */
  readonly outputSchemas: string | undefined;
}

/** What a command takes beside the settings that every command has. */
export interface OwnFlags {
  /** Flags with a value, and what to say when it is missing. */
  readonly valued?: Readonly<Record<string, string>>;
  /** Flags whose value may be left out. */
  readonly optional?: readonly string[];
  /** Flags without a value. */
  readonly bare?: readonly string[];
  /** How many words that are no flags; none unless given. */
  readonly words?: number;
  /** Which of the settings that every command has mean something here; all unless given. */
  readonly settings?: readonly string[];
}

/** The flags, and what could not be read as one. */
export interface ReadFlags {
  readonly flags: Flags;
  /** What a command's own flags were given; an empty list where one stood without a value. */
  readonly own: Readonly<Record<string, readonly string[]>>;
  /** The words that are no flags, as many as the command takes. */
  readonly words: readonly string[];
  readonly problems: readonly string[];
}

const VALUED: Readonly<Record<string, string>> = {
  "--allow": "--allow change or --allow destroy",
  "--approval": "--approval auto, client or off",
  "--wait": "a number of seconds, such as --wait 45",
  "--config": "a file, such as --config pve-mcp.yaml",
  "--toolsets": "names of toolsets, such as --toolsets vms,backup",
  "--tools": "names of tools, such as --tools start_vm,stop_vm",
  "--exclude": "names of tools, such as --exclude delete_vm",
  "--output-schemas": "--output-schemas on or --output-schemas off",
};
const BARE = ["--help", "--version"];
const SHORT: Readonly<Record<string, string>> = { "-h": "--help", "-V": "--version" };

/**
 * Reads the command line; never throws.
 *
 * A word that is not expected is reported by its position and not repeated: people paste tokens here.
 */
export function readFlags(argv: readonly string[], takes: OwnFlags = {}): ReadFlags {
  const known = grammarOf(takes);
  const seen: Record<string, string[]> = {};
  const words: string[] = [];
  const problems: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const { name, inline, plain } = parted(argv[at] ?? "");
    if (plain && words.length < (takes.words ?? 0)) {
      words.push(argv[at] ?? "");
      continue;
    }
    if (!known.takesValue(name)) {
      const problem = bareProblem(name, at, inline, known);
      if (problem === undefined) seen[name] = [];
      else problems.push(problem);
      continue;
    }
    const next = argv[at + 1];
    const value = inline ?? (next?.startsWith("--") === true ? undefined : next);
    if (inline === undefined && value !== undefined) at += 1;
    if (value !== undefined && value !== "") seen[name] = [...(seen[name] ?? []), value];
    else if (known.isOptional(name)) seen[name] ??= [];
    else problems.push(`${name} needs a value: ${known.hint(name)}.`);
  }
  return { flags: flagsOf(seen), own: ownOf(seen), words, problems };
}

/** Which flags there are, and of what kind. */
interface Grammar {
  readonly names: readonly string[];
  readonly takesValue: (name: string) => boolean;
  readonly isOptional: (name: string) => boolean;
  readonly isBare: (name: string) => boolean;
  readonly hint: (name: string) => string;
}

function grammarOf({ valued = {}, optional = [], bare = [], settings }: OwnFlags): Grammar {
  const shared = Object.entries(VALUED).filter(([name]) => settings === undefined || settings.includes(name));
  const hints: Readonly<Record<string, string>> = { ...Object.fromEntries(shared), ...valued };
  const without = [...bare, ...BARE];
  return {
    names: [...Object.keys(hints), ...optional, ...without],
    takesValue: (name) => Object.hasOwn(hints, name) || optional.includes(name),
    isOptional: (name) => optional.includes(name),
    isBare: (name) => without.includes(name),
    hint: (name) => hints[name] ?? "",
  };
}

function parted(word: string): { readonly name: string; readonly inline: string | undefined; readonly plain: boolean } {
  const equals = word.startsWith("--") ? word.indexOf("=") : -1;
  const written = equals === -1 ? word : word.slice(0, equals);
  return {
    name: SHORT[written] ?? written,
    inline: equals === -1 ? undefined : word.slice(equals + 1),
    plain: !word.startsWith("-"),
  };
}

function bareProblem(name: string, at: number, inline: string | undefined, known: Grammar): string | undefined {
  const names = `Known flags: ${known.names.join(", ")}.`;
  if (!name.startsWith("-"))
    return `Word ${at + 1} of the command line is not a flag (it is not repeated here). ${names}`;
  if (!known.isBare(name))
    return `${name} is not a flag ${name in VALUED ? "of this command" : "of pve-mcp"}. ${names}`;
  return inline === undefined ? undefined : `${name} takes no value. Write ${name} alone.`;
}

function flagsOf(seen: Readonly<Record<string, readonly string[]>>): Flags {
  const wordsOf = (name: string): readonly string[] => {
    const words = (seen[name] ?? []).flatMap((value) => value.split(",")).map((word) => word.trim());
    return words.filter((word) => word !== "");
  };
  return {
    allow: wordsOf("--allow"),
    wait: seen["--wait"]?.at(-1),
    config: seen["--config"]?.at(-1),
    approval: seen["--approval"]?.at(-1),
    toolsets: wordsOf("--toolsets"),
    tools: wordsOf("--tools"),
    exclude: wordsOf("--exclude"),
    outputSchemas: seen["--output-schemas"]?.at(-1),
  };
}

function ownOf(seen: Readonly<Record<string, readonly string[]>>): ReadFlags["own"] {
  const shared = [...Object.keys(VALUED), ...BARE];
  return Object.fromEntries(Object.entries(seen).filter(([name]) => !shared.includes(name)));
}
