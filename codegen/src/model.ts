/** The verbs PVE knows, in the order the spec lists them. */
export const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

/** `"POST /nodes/{node}/qemu/{vmid}/clone"`: the one id of an operation. PVE's own method names repeat. */
export type Route = string;

/** A value, parameter or result as Proxmox's schema describes it, without its prose. */
export interface FactSchema {
  readonly type?: string;
  readonly optional?: true;
  readonly default?: string | number | boolean | null;
  readonly enum?: readonly (string | number)[];
  /** A Perl pattern as PVE prints it; `perlPattern` in build/pattern.ts turns it into a JavaScript one. */
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** The name of a registered format, or the inline grammar of a property string. */
  readonly format?: string | Readonly<Record<string, FactSchema>>;
  readonly requires?: string;
  readonly items?: FactSchema;
  readonly properties?: Readonly<Record<string, FactSchema>>;
  readonly additionalProperties?: boolean | FactSchema;
  readonly default_key?: true;
  readonly alias?: string;
  readonly keyAlias?: string;
  readonly renderer?: string;
  readonly links?: readonly unknown[];
  readonly "type-property"?: string;
  readonly "instance-types"?: readonly string[];
  readonly oneOf?: readonly FactSchema[];
  /** A value that really arrives in several types. Never upstream's; added by a correction. */
  readonly anyOf?: readonly FactSchema[];
  /** The name of a property-string grammar. Never upstream's; added by a correction or the rule of the named format. */
  readonly grammar?: string;
  /** Families (`net[n]`): legal indices are 0 to indices - 1. Never upstream's; added by a correction. */
  readonly indices?: number;
  /** How a value is written before it is sent, where that is not plain. Added by a correction. */
  readonly encode?: "uri";
}

export interface FactPermissions {
  readonly user?: string;
  readonly check?: readonly unknown[];
  /** Upstream states further conditions in prose only; the prose itself is not kept. */
  readonly described?: true;
}

export interface FactOperation {
  /** PVE's method name; 74 operations share `index`. */
  readonly name: string;
  readonly protected?: true;
  readonly proxyto?: string;
  /** Present only where API tokens are refused. */
  readonly allowtoken?: false;
  readonly download_allowed?: true;
  readonly expose_credentials?: true;
  readonly permissions?: FactPermissions;
  readonly parameters: {
    readonly additionalProperties: boolean;
    readonly properties: Readonly<Record<string, FactSchema>>;
  };
  readonly returns?: FactSchema;
  /** Whether the result is a task's UPID; added by corrections. */
  readonly task?: TaskKind;
  /** What is known of the result's shape: upstream's word, ours from PVE's code, or seen on a real server. */
  readonly confidence?: "corrected" | "recorded";
}

/** `always` a UPID; a UPID or null (the work ended in time); a UPID or another text; `never`, though the result is a text. */
export type TaskKind = "always" | "or-null" | "or-text" | "never";

/** Everything known of one PVE release, sorted by route. */
export interface ReleaseFacts {
  readonly release: string;
  readonly operations: Readonly<Record<Route, FactOperation>>;
}

export function splitRoute(route: Route): { readonly method: Method; readonly path: string } {
  const cut = route.indexOf(" ");
  return { method: route.slice(0, cut) as Method, path: route.slice(cut + 1) };
}

/** The names in braces, in order. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].flatMap((match) => match[1] ?? []);
}

/** By path, then GET, POST, PUT, DELETE, so that what belongs together stands together. */
export function compareRoutes(a: Route, b: Route): number {
  const left = splitRoute(a);
  const right = splitRoute(b);
  if (left.path !== right.path) return left.path < right.path ? -1 : 1;
  return METHODS.indexOf(left.method) - METHODS.indexOf(right.method);
}

/** The area whose operations are generated into one module and loaded together. */
export function areaOf(route: Route): string {
  const segments = splitRoute(route)
    .path.split("/")
    .filter((segment) => segment !== "");
  const [first = "", second, third] = segments;
  return first === "nodes" && second !== undefined && third !== undefined ? `nodes-${third}` : first;
}
