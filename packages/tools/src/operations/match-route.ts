import type { ResolvedTool } from "../resolved.js";
import { findOperation, operationRoutes } from "./find-operation.js";

/** An operation, and the parameters that stood in the path it was named by. */
export interface Matched {
  readonly tool: ResolvedTool;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The operation that a route or a path with values in it names: `GET /nodes/{node}/qemu`, `get /nodes/pve1/qemu`,
 * `GET /api2/json/nodes/pve1/qemu`. Undefined where there is none.
 */
export async function matchRoute(text: string): Promise<Matched | undefined> {
  const [, verb = "", path = ""] = /^\s*(get|post|put|delete)\s+(?:\/?api2\/json)?(\/\S*?)\/?\s*$/i.exec(text) ?? [];
  const wanted = `${verb.toUpperCase()} ${path}`;
  const exact = await findOperation(wanted);
  if (exact !== undefined) return { tool: exact, values: {} };
  const steps = wanted.split("/");
  const fitting = (await operationRoutes())
    .map((route) => ({ route, values: valuesOf(route.split("/"), steps) }))
    .filter((one) => one.values !== undefined)
    // The route with the fewest values is the one that was written out furthest.
    .sort((a, b) => Object.keys(a.values ?? {}).length - Object.keys(b.values ?? {}).length);
  const [first] = fitting;
  const tool = first === undefined ? undefined : await findOperation(first.route);
  return tool === undefined ? undefined : { tool, values: first?.values ?? {} };
}

/** What stands where the route has parameters; undefined when something else differs. */
function valuesOf(route: readonly string[], steps: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (route.length !== steps.length) return undefined;
  const values: Record<string, string> = {};
  for (const [at, part] of route.entries()) {
    const step = steps[at] ?? "";
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part !== step) return undefined;
    } else if (step === "") return undefined;
    // A parameter's own name in braces is no value yet.
    else if (!step.startsWith("{")) values[name] = decodeStep(step);
  }
  return values;
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
