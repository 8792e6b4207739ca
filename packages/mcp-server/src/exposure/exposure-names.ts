import { catalogue, nearNames } from "@pve/tools";
import { type Exposure, exposureWords } from "./exposure-settings.js";

/** The names in a configuration that no toolset or tool has, each with what may be meant. */
export function unknownNames({ toolsets, tools = [], exclude = [] }: Exposure): readonly string[] {
  const toolsetNames = [...exposureWords, ...new Set(catalogue.map(({ toolset }) => toolset))].sort();
  const toolNames = catalogue.map(({ name }) => name);
  return [
    ...problemsOf("toolset", toolsets, toolsetNames, `Toolsets: ${toolsetNames.join(", ")}.`),
    ...problemsOf("tool", [...tools, ...exclude], toolNames, "docs/tools.md names all."),
  ];
}

function problemsOf(what: string, given: readonly string[], known: readonly string[], otherwise: string): string[] {
  const unknown = given.filter((name) => !known.includes(name));
  return unknown.map((name) => {
    const near = nearNames(name, known);
    const hint = near.length === 0 ? otherwise : `Did you mean ${near.join(" or ")}?`;
    return `There is no ${what} ${JSON.stringify(name)}. ${hint}`;
  });
}
