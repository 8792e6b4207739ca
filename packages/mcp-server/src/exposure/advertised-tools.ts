import type { Tool, ToolAnnotations } from "@modelcontextprotocol/server";
import type { Hints, ObjectSchema, ResolvedTool, Risk } from "@pve/tools";
import { allows } from "../allowance.js";
import type { Caller } from "../caller.js";
import type { MetaTool } from "../meta/meta-tool.js";
import { metaTools } from "../meta/meta-tools.js";
import { furthestReach, type Target, targetsOf } from "../target.js";
import { listedTools } from "./exposure.js";
import { defaultExposure, type Exposure } from "./exposure-settings.js";

/** What a client is told of the tools: those listed, and the ones that lead to all others; in the order of their names. */
export function advertisedTools(
  targets: readonly Target[],
  caller: Caller,
  exposure: Exposure = defaultExposure,
  /** Says of a tool what keeps the caller from it all the same. */
  barred: (tool: ResolvedTool) => string | undefined = () => undefined,
): Tool[] {
  const names = targetsOf(targets, caller).map(({ name }) => name);
  const reach = furthestReach(targets, caller);
  const listed = listedTools(targets, caller, exposure).map((tool) =>
    advertised(marked(tool, barred), names, exposure),
  );
  const meta = metaTools.filter(({ from = "read" }) => allows(reach, from));
  const tools = [...listed, ...meta.map((tool) => advertisedMeta(tool, names, reach))];
  return tools.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** A barred tool with what bars it: a model that reads it knows not to try. */
function marked(tool: ResolvedTool, barred: (tool: ResolvedTool) => string | undefined): ResolvedTool {
  const why = barred(tool);
  return why === undefined ? tool : { ...tool, description: `Not permitted: ${why} ${tool.description}` };
}

function advertised(tool: ResolvedTool, targets: readonly string[], exposure: Exposure): Tool {
  const { name, title, description, briefSchema, outputSchema, hints } = tool;
  return {
    name,
    title,
    description,
    inputSchema: wireSchema(withTarget(briefSchema, targets)),
    ...(exposure.withoutOutputSchemas !== true && {
      outputSchema: wireSchema(tool.risk === "read" ? outputSchema : orPlan(outputSchema)),
    }),
    annotations: annotationsOf(hints),
  };
}

/** What changes something may answer with a plan instead, so that nothing of its answer is certain. */
function orPlan({ type, properties }: ObjectSchema): ObjectSchema {
  return { type, properties };
}

function advertisedMeta(tool: MetaTool, targets: readonly string[], reach: Risk): Tool {
  const { name, title, description, inputSchema, runs, annotations } = tool;
  const schema = runs === true ? withTarget(inputSchema, targets) : inputSchema;
  return { name, title, description, inputSchema: wireSchema(schema), annotations: annotations(reach) };
}

/** To the protocol the other hints of a tool that only reads mean nothing, so they are not paid for. */
function annotationsOf({ readOnly, destructive, idempotent }: Hints): ToolAnnotations {
  if (readOnly) return { readOnlyHint: true, openWorldHint: false };
  return { readOnlyHint: false, destructiveHint: destructive, idempotentHint: idempotent, openWorldHint: false };
}

/** The schema with the argument that chooses the cluster, where there is more than one. */
function withTarget(schema: ObjectSchema, targets: readonly string[]): ObjectSchema {
  if (targets.length <= 1) return schema;
  const target = { type: "string", enum: targets, description: "Which cluster." } as const;
  return {
    ...schema,
    properties: { target, ...schema.properties },
    required: ["target", ...(schema.required ?? [])],
  };
}

/** The same schema in the SDK's type, which knows JSON only as mutable and open to any key. */
function wireSchema(schema: ObjectSchema): Tool["inputSchema"] {
  return JSON.parse(JSON.stringify(schema));
}
