import * as z from "zod";

/** The section `tools` of a configuration file. */
export const exposureSection = z.strictObject({
  toolsets: z.array(z.string()).optional(),
  tools: z.array(z.string()).optional(),
  exclude: z.array(z.string()).optional(),
  output_schemas: z.boolean().optional(),
});
