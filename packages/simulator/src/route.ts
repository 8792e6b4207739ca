import type { Contract, ContractOperation } from "./contract.js";

/** One operation that a request has been matched to. */
export interface Route {
  /** `"GET /nodes/{node}/qemu"`. */
  readonly id: string;
  readonly operation: ContractOperation;
  readonly params: Readonly<Record<string, string>>;
}

/** A node of the tree of paths. */
interface Branch {
  readonly literal: Map<string, Branch>;
  param?: { readonly name: string; readonly branch: Branch };
  /** What ends here, by method; nothing where the path only leads on. */
  readonly operations: Map<string, Pick<Route, "id" | "operation">>;
  /** The parameter that leads here takes the rest of the path, because its values contain slashes. */
  swallows?: boolean;
}

/** Where a path leads. */
interface Match {
  readonly branch: Branch;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the operation of a method and a decoded path. */
export type Router = (method: string, path: string) => Route | undefined;

const swallowing = /\/(content\/\{volume\}|ipset\/\{name\}\/\{cidr\})$/;

function emptyBranch(): Branch {
  return { literal: new Map(), operations: new Map() };
}

/** Builds the router of a contract. */
export function createRouter(contract: Contract): Router {
  const root = emptyBranch();
  for (const [id, operation] of Object.entries(contract.operations)) {
    const [method = "", template = ""] = id.split(" ");
    const branch = branchFor(root, template);
    branch.operations.set(method, { id, operation });
    branch.swallows = swallowing.test(template);
  }
  return (method, path) => {
    const match = walk(root, segments(path), {});
    const found = match?.branch.operations.get(method);
    return match && found && { id: found.id, operation: found.operation, params: match.params };
  };
}

function segments(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function branchFor(root: Branch, template: string): Branch {
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
  return branch;
}

/** Literal segments win over parameters. */
function walk(branch: Branch, rest: readonly string[], params: Readonly<Record<string, string>>): Match | undefined {
  const [segment, ...more] = rest;
  if (segment === undefined) {
    return branch.operations.size === 0 ? undefined : { branch, params };
  }
  const literal = branch.literal.get(segment);
  const found = literal && walk(literal, more, params);
  if (found || !branch.param) {
    return found;
  }
  const { name, branch: below } = branch.param;
  if (below.swallows) {
    return { branch: below, params: { ...params, [name]: rest.join("/") } };
  }
  return /^\S+$/.test(segment) ? walk(below, more, { ...params, [name]: segment }) : undefined;
}
