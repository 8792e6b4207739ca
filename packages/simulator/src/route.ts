import type { Contract, ContractOperation } from "./contract.js";

/** A path of the API with its parameters, still without method. */
export interface RouteMatch {
  /** `/nodes/{node}/qemu`. */
  readonly template: string;
  readonly params: Readonly<Record<string, string>>;
}

/** One operation that a request has been matched to. */
export interface Route {
  /** `"GET /nodes/{node}/qemu"`. */
  readonly id: string;
  readonly operation: ContractOperation;
  readonly params: Readonly<Record<string, string>>;
}

interface Branch {
  readonly literal: Map<string, Branch>;
  param?: { readonly name: string; readonly branch: Branch };
  template?: string;
}

/** Finds the operation of a method and a decoded path. */
export type Router = (method: string, path: string) => Route | undefined;

/** Parameters that swallow the rest of the path, because their values contain slashes. */
const swallowing = /\/(content\/\{volume\}|ipset\/\{name\}\/\{cidr\})$/;

function emptyBranch(): Branch {
  return { literal: new Map() };
}

/** Builds the router of a contract. */
export function createRouter(contract: Contract): Router {
  const root = emptyBranch();
  for (const id of Object.keys(contract.operations)) {
    insert(root, id.slice(id.indexOf(" ") + 1));
  }
  return (method, path) => {
    const match = walk(root, segments(path), {});
    if (!match) {
      return undefined;
    }
    const id = `${method} ${match.template}`;
    const operation = Object.hasOwn(contract.operations, id) ? contract.operations[id] : undefined;
    return operation ? { id, operation, params: match.params } : undefined;
  };
}

function segments(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function insert(root: Branch, template: string): void {
  let branch = root;
  for (const segment of segments(template)) {
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    if (name === undefined) {
      const next = branch.literal.get(segment) ?? emptyBranch();
      branch.literal.set(segment, next);
      branch = next;
    } else {
      branch.param ??= { name, branch: emptyBranch() };
      branch = branch.param.branch;
    }
  }
  branch.template = template;
}

/** Literal segments win over parameters. */
function walk(branch: Branch, rest: readonly string[], params: Record<string, string>): RouteMatch | undefined {
  const [segment, ...more] = rest;
  if (segment === undefined) {
    return branch.template === undefined ? undefined : { template: branch.template, params };
  }
  const literal = branch.literal.get(segment);
  const found = literal && walk(literal, more, params);
  if (found || !branch.param) {
    return found;
  }
  const { name, branch: below } = branch.param;
  if (below.template !== undefined && swallowing.test(below.template)) {
    return { template: below.template, params: { ...params, [name]: rest.join("/") } };
  }
  return /^\S+$/.test(segment) ? walk(below, more, { ...params, [name]: segment }) : undefined;
}
