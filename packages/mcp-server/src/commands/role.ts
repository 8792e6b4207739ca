import { catalogue, findTool, nearNames, type ResolvedTool, requiredRole } from "@pve/tools";
import { allows } from "../allowance.js";
import { type Command, type CommandInput, EXIT } from "../command.js";
import { readFlags } from "../flags.js";
import { checkAllow } from "../settings.js";

/** What goes into commands that root will type is what PVE takes there, and no more. The last of each is an example. */
const FORMS = [
  ["--user", /^[^\s:/'"]+@[A-Za-z][\w.-]+$/, "assistant@pve"],
  ["--token", /^[A-Za-z][\w.-]+$/, "mcp"],
  ["--name", /^[A-Za-z0-9][\w.-]*$/, "assistant"],
] as const;

/** `pve-mcp role`: the least that the token needs. Asks no cluster, so it can be run before there is a token. */
export const role: Command = {
  usage: `pve-mcp role: print the smallest roles and grants for a selection of tools, as pveum commands.

Usage: pve-mcp role [tool or toolset …] [--allow change|destroy] [--user <user@realm>] [--token <id>] [--name <role>] [--json]

Without names it takes every tool that --allow permits: those that read, unless it goes further. Asks no cluster. The commands
are typed on a node, by root; the token has privilege separation, so user and token get the same grants.
`,
  async run(input) {
    const { flags, own, words, problems } = readFlags(input.argv, {
      valued: {
        "--user": "a user, such as --user assistant@pve",
        "--token": "the token's id, such as --token mcp",
        "--name": "what the roles' names begin with, such as --name assistant",
      },
      bare: ["--json"],
      words: catalogue.length,
      settings: ["--allow"],
    });
    const reach = flags.allow.includes("destroy") ? "destroy" : flags.allow.includes("change") ? "change" : "read";
    const { tools, unknown } = toolsNamed(words, (tool) => allows(reach, tool.risk));
    const last = (flag: string) => own[flag]?.at(-1);
    const [user, token, name] = [last("--user"), last("--token"), last("--name")];
    const misnamed = FORMS.flatMap(([flag, form, said]) =>
      form.test(last(flag) ?? said) ? [] : [`${flag} is not of the form ${said}.`],
    );
    const reachProblems = flags.allow.flatMap((text) => checkAllow(text).problem ?? []);
    const wrong = [...problems, ...reachProblems, ...misnamed, ...unknown];
    for (const problem of wrong) input.err(`pve-mcp role: ${problem}\n`);
    if (wrong.length > 0) return EXIT.usage;
    const needed = requiredRole(
      tools.map((tool) => tool.name),
      {
        ...(user !== undefined && { user }),
        ...(token !== undefined && { token }),
        ...(name !== undefined && { role: name }),
      },
    );
    if ("--json" in own) input.out(`${JSON.stringify(needed, null, 2)}\n`);
    else print(input, needed);
    return EXIT.done;
  },
};

/** The tools that words name, by tool or by toolset; those that are allowed when there are none. */
function toolsNamed(words: readonly string[], allowed: (tool: ResolvedTool) => boolean) {
  if (words.length === 0) return { tools: catalogue.filter(allowed), unknown: [] };
  const toolsets = [...new Set(catalogue.map(({ toolset }) => toolset))];
  const tools = new Set<ResolvedTool>();
  const unknown: string[] = [];
  for (const word of words) {
    const one = findTool(word);
    if (one !== undefined) tools.add(one);
    else if (toolsets.includes(word)) {
      for (const tool of catalogue) if (tool.toolset === word && allowed(tool)) tools.add(tool);
    } else {
      const near = nearNames(word, [...toolsets, ...catalogue.map(({ name }) => name)]);
      const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `Toolsets: ${toolsets.join(", ")}.`;
      unknown.push(`there is no tool and no toolset ${JSON.stringify(word)}. ${hint}`);
    }
  }
  return { tools: [...tools], unknown };
}

function print({ out, err }: CommandInput, needed: ReturnType<typeof requiredRole>): void {
  out(`${needed.commands.join("\n")}\n`);
  const list = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0) err(`\n${title}\n${lines.map((line) => `  ${line}\n`).join("")}`);
  };
  list(
    "Not possible for a token:",
    needed.notPossible.map(({ tool, operation, why }) => `${tool}: ${operation}: ${why}`),
  );
  list(
    "Left out, because the tools can do without, or need it for certain arguments only:",
    needed.optional.map(({ tool, operation, needs }) => `${tool}: ${operation} needs ${needs}`),
  );
}
