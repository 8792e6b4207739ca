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

/** What the section `tools` of a configuration file says. */
export interface ExposureSection {
  readonly toolsets?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly output_schemas?: boolean | undefined;
}

/** The same as flags say it. */
export interface ExposureFlags {
  readonly toolsets: readonly string[];
  readonly tools: readonly string[];
  readonly exclude: readonly string[];
  readonly outputSchemas?: "on" | "off" | undefined;
}

/** What a configuration file and the command line say about the list, the latter going before the former. */
export function exposureOf(flags: ExposureFlags, section: ExposureSection = {}): Exposure {
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
