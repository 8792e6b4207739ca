import * as z from "zod";

/** Which tools stand in the list that a client is given. What is not listed still works when it is called by name. */
export interface Exposure {
  /** Toolsets by id, or `default`, `all`, `minimal`: a choice of the most useful, everything, nothing but the meta tools. */
  readonly toolsets: readonly string[];
  /** Listed as well. */
  readonly tools?: readonly string[];
  /** Left out, whatever else is said. */
  readonly exclude?: readonly string[];
  /** Without the schemas of what tools answer. */
  readonly withoutOutputSchemas?: true;
}

/** What is listed unless something else is configured. */
export const defaultExposure: Exposure = { toolsets: ["default"] };

/** The words that stand for more than one toolset. */
export const exposureWords = ["default", "all", "minimal"] as const;

/** The section `tools` of a configuration file. */
export const exposureSection = z.strictObject({
  toolsets: z.array(z.string()).optional(),
  tools: z.array(z.string()).optional(),
  exclude: z.array(z.string()).optional(),
  output_schemas: z.boolean().optional(),
});

/** The same as flags say it. */
export const exposureFlags = z.object({
  toolsets: z.array(z.string()),
  tools: z.array(z.string()),
  exclude: z.array(z.string()),
  outputSchemas: z
    .enum(["on", "off"], {
      error: (issue) => `--output-schemas ${JSON.stringify(issue.input)} is not known. Use on or off.`,
    })
    .optional(),
});

/** What a configuration file and the command line say about the list, the latter going before the former. */
export function exposureOf(
  flags: z.output<typeof exposureFlags>,
  section: z.output<typeof exposureSection> = {},
): Exposure {
  const said = (words: readonly string[], otherwise: readonly string[] | undefined) =>
    words.length > 0 ? words : otherwise;
  const tools = said(flags.tools, section.tools);
  const exclude = said(flags.exclude, section.exclude);
  const schemas = flags.outputSchemas === undefined ? section.output_schemas : flags.outputSchemas === "on";
  return {
    // Who names single tools wants those, and not the choice made for everybody.
    toolsets: said(flags.toolsets, section.toolsets) ?? [tools === undefined ? "default" : "minimal"],
    ...(tools !== undefined && { tools }),
    ...(exclude !== undefined && { exclude }),
    ...(schemas === false && { withoutOutputSchemas: true as const }),
  };
}
