import { catalogue, type Risk, searchTools } from "@pve/tools";
import { allows } from "../allowance.js";
import { localCaller } from "../caller.js";
import { type Command, EXIT } from "../command.js";
import { listedTools } from "../exposure/exposure.js";
import { exposureOf } from "../exposure/exposure-settings.js";
import { flagSettingsOf } from "../flag-settings.js";
import { readFlags } from "../flags.js";

const MOST_FOUND = 20;

/** `pve-mcp tools`: what there is, and what a client would be shown. Asks no cluster. */
export const tools: Command = {
  usage: `pve-mcp tools: list the tools that are allowed, or find tools and operations by words.

Usage: pve-mcp tools [words …] [--allow change|destroy] [--toolsets <names>] [--tools <names>] [--exclude <names>] [--json]

Without words it lists every allowed tool by toolset; a star marks those that a client's list would show. With words it
finds tools and operations as search_tools does. Asks no cluster.
`,
  async run({ argv, out, err }) {
    const { flags, own, words, problems } = readFlags(argv, {
      bare: ["--json"],
      words: 50,
      settings: ["--allow", "--toolsets", "--tools", "--exclude"],
    });
    const settings = flagSettingsOf(flags);
    const wrong = [...problems, ...settings.problems];
    for (const problem of wrong) err(`pve-mcp tools: ${problem}\n`);
    if (wrong.length > 0) return EXIT.usage;
    const reach: Risk = flags.allow.includes("destroy")
      ? "destroy"
      : flags.allow.includes("change")
        ? "change"
        : "read";
    const target = { name: "any", allowed: reach, clientFor: neverAsked };
    const shown = new Set(listedTools([target], localCaller, exposureOf(settings)).map(({ name }) => name));
    const found =
      words.length > 0
        ? await searchTools(words.join(" "), MOST_FOUND)
        : catalogue.filter((tool) => allows(reach, tool.risk));
    if ("--json" in own) {
      const rows = found.map(({ name, toolset, risk, title }) => ({
        name,
        toolset,
        risk,
        title,
        listed: shown.has(name),
      }));
      out(`${JSON.stringify(rows, null, 2)}\n`);
      return EXIT.done;
    }
    const sorted = words.length > 0 ? found : [...found].sort((a, b) => (a.toolset < b.toolset ? -1 : 1));
    for (const { name, toolset, risk, title } of sorted) {
      out(`${shown.has(name) ? "*" : " "} ${toolset.padEnd(14)} ${risk.padEnd(8)} ${name.padEnd(28)} ${title}\n`);
    }
    return EXIT.done;
  },
};

function neverAsked(): never {
  throw new Error("listing tools asks no cluster");
}
