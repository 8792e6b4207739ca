import { describeTool, searchTools, ToolArgumentError } from "@pve/tools";
import { type Command, EXIT } from "../command.js";
import { readFlags } from "../flags.js";
import { findAny } from "../meta/find-any.js";
import { renderText } from "../render.js";

/** `pve-mcp describe`: what a tool or operation does, needs and takes. Asks no cluster. */
export const describe: Command = {
  usage: `pve-mcp describe: show what a tool or operation does, needs and takes.

Usage: pve-mcp describe <tool or "METHOD /path"> [--group <group>] [--json]

Asks no cluster. What takes many options shows them in groups.
`,
  async run({ argv, out, err }) {
    const takes = {
      valued: { "--group": "one of the groups that a description names" },
      bare: ["--json"],
      words: 1,
      settings: [],
    };
    const { own, words, problems } = readFlags(argv, takes);
    const [name] = words;
    const wrong = [...problems, ...(name === undefined ? ["no tool or operation is named."] : [])];
    for (const problem of wrong) err(`pve-mcp describe: ${problem}\n`);
    if (wrong.length > 0 || name === undefined) return EXIT.usage;
    const named = await findAny(name);
    if (named === undefined) {
      const near = (await searchTools(name, 4)).map((tool) => tool.name);
      err(`pve-mcp describe: nothing is called that. ${near.length > 0 ? `Near: ${near.join(" · ")}` : ""}\n`);
      return EXIT.usage;
    }
    try {
      const { notes = [], ...description } = await describeTool(named.tool, own["--group"]?.at(-1));
      out("--json" in own ? `${JSON.stringify(description, null, 2)}\n` : `${renderText(description)}\n`);
      for (const note of notes) err(`Note: ${note}\n`);
      return EXIT.done;
    } catch (error) {
      if (!(error instanceof ToolArgumentError)) throw error;
      err(`pve-mcp describe: ${[error.message, error.remedy].filter((text) => text !== undefined).join(". ")}\n`);
      return EXIT.usage;
    }
  },
};
