import { PveParameterError } from "./errors.js";

/** The error for a route that the table does not hold, naming what the path does answer to; loaded only then. */
export function unknownRoute(id: string, routes: readonly string[]): PveParameterError {
  const path = id.slice(id.indexOf(" ") + 1);
  const verbs = routes.filter((route) => route.endsWith(` ${path}`)).map((route) => route.slice(0, -path.length - 1));
  const remedy =
    verbs.length > 0
      ? `this path answers to ${verbs.join(", ")}`
      : 'routes are written like "GET /nodes/{node}/qemu", with the parameter names in braces';
  return new PveParameterError({ operation: id, problems: { route: `no such operation; ${remedy}` }, value: id });
}
