/** The verbs of PVE's API. */
export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** A route string taken apart. */
export interface Route {
  /** `"GET /nodes/{node}/qemu"`, as it was given. */
  readonly id: string;
  readonly method: Method;
  /** `/nodes/{node}/qemu` */
  readonly path: string;
  /** Names of the path parameters, left to right. */
  readonly names: readonly string[];
  /** The part of the table that holds the operation: `nodes-qemu`. */
  readonly area: string;
}

const ROUTE = /^(GET|POST|PUT|DELETE) (\/\S*)$/;

/** Takes a route string apart; `undefined` if it is not one. */
export function parseRoute(id: string): Route | undefined {
  const [, method, path] = ROUTE.exec(id) ?? [];
  if (path === undefined || !isMethod(method)) return undefined;
  const names = [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? "");
  return { id, method, path, names, area: areaOf(path) };
}

/** The area of the table that holds a path: its first segment, and below `/nodes/{node}` the third as well. */
export function areaOf(path: string): string {
  const [, first = "", , third] = path.split("/");
  return first === "nodes" && third !== undefined ? `nodes-${third}` : first;
}

/** Whether PVE takes the rest of the path as this parameter's value, so that it may hold a slash. */
function takesRest(name: string): boolean {
  return name === "volume" || name === "cidr";
}

/**
 * What is wrong with a value for a place in the path, if anything. A slash or a dot segment would silently call
 * another operation (`100/snapshot/x` as a VMID deletes a snapshot), because PVE decodes before it splits.
 */
export function pathProblem(name: string, value: string): string | undefined {
  if (value === "") return "is empty; it is part of the path, give its value";
  if (value === "." || value === "..") return `'${value}' cannot be a part of the path; give the real name`;
  if (value.includes("/") && !takesRest(name)) return `'${value}' holds a slash; give one name, not a path`;
  return undefined;
}

/** Puts values into a path, each percent-encoded; expects them to have passed `pathProblem`. */
export function fillPath(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{([^{}]+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

function isMethod(text: string | undefined): text is Method {
  return text === "GET" || text === "POST" || text === "PUT" || text === "DELETE";
}
