import type { ResolvedTool } from "../resolved.js";
import { conditionsOf } from "./conditions.js";
import { type Alternative, type Atom, alternativesOf, cheapest, type Usage } from "./demand.js";
import type { Expression } from "./expression.js";
import { aclModify, roleAdd } from "./pveum.js";
import { filtersOf } from "./sight.js";

/** A role, and where it is granted. */
export interface RequiredGrant {
  readonly path: string;
  /** Whether it is to hold below the path, too. */
  readonly propagate: boolean;
  readonly role: string;
  readonly privileges: readonly string[];
}

/** The least that somebody needs for a selection of tools. */
export interface RequiredRole {
  readonly grants: readonly RequiredGrant[];
  /** What no role allows, and why. */
  readonly notPossible: readonly { readonly tool: string; readonly operation: string; readonly why: string }[];
  /** What the tools can do without, or take for certain arguments only, and what it would take: not in the grants. */
  readonly optional: readonly { readonly tool: string; readonly operation: string; readonly needs: string }[];
  /** Tools that work for everybody who is signed in. */
  readonly free: readonly string[];
  /** What an administrator types on a node: roles, user, token with privilege separation, and the grants of both. */
  readonly commands: readonly string[];
}

/** For whom, and how the roles are called. */
export interface RoleNames {
  /** `user@realm`; `assistant@pve` unless given. */
  readonly user?: string;
  /** `mcp` unless given. */
  readonly token?: string;
  /** What the names of the roles begin with; `assistant` unless given. */
  readonly role?: string;
}

/**
 * The smallest set of roles and grants with which the tools do all they can for whatever arguments they take: one role a
 * path, on the guests (`/vms`), storages, nodes and so on in general, because a selection of tools names no single one.
 * Where PVE accepts alternatives the lesser is taken. What it keeps for root@pam is in `notPossible`; what a tool can do
 * without, or takes on the whole cluster for certain arguments only, is in `optional`.
 */
export function roleFor(tools: readonly ResolvedTool[], names: RoleNames = {}): RequiredRole {
  const demands = tools.map((tool) => ({ tool, parts: partsOf(tool) }));
  const possible = demands.flatMap(({ parts }) => parts).filter((part) => part.alternatives.length > 0 && !part.beyond);
  const atoms = choose(possible.map(({ alternatives }) => alternatives));
  const grants = grantsOf(atoms, names.role ?? "assistant");
  return {
    grants,
    notPossible: demands.flatMap(({ tool, parts }) =>
      parts
        .filter(({ alternatives }) => alternatives.length === 0)
        .map(({ operation, why }) => ({ tool: tool.name, operation, why })),
    ),
    optional: [
      ...demands.flatMap(({ tool, parts }) => optionsBeyond(tool, parts)),
      ...tools.flatMap(optionalOperations),
    ],
    free: demands.filter(({ parts }) => parts.every(isFree)).map(({ tool }) => tool.name),
    commands: commandsOf(grants, names),
  };
}

interface Part {
  readonly operation: string;
  readonly alternatives: readonly Alternative[];
  readonly why: string;
  /** The arguments that alone take it, where it reaches beyond what the tool is about. */
  readonly beyond?: readonly string[] | undefined;
}

function isFree({ alternatives, beyond }: Part): boolean {
  return beyond !== undefined || cheapest(alternatives, () => false)?.atoms.length === 0;
}

function optionalOperations(tool: ResolvedTool): RequiredRole["optional"] {
  return tool.optional
    .filter((operation) => operation !== tool.entry.operation)
    .map((operation) => ({ tool: tool.name, operation, needs: tool.privileges[operation] ?? "any user" }));
}

function optionsBeyond(tool: ResolvedTool, parts: readonly Part[]): RequiredRole["optional"] {
  return parts.flatMap(({ operation, alternatives, beyond }) => {
    const needed = cheapest(alternatives, () => false)?.atoms ?? [];
    const words = [...new Set(needed.map(({ privilege, path }) => `${privilege} on ${path}`))].join(", ");
    return beyond === undefined ? [] : [{ tool: tool.name, operation, needs: `${words}, for ${beyond.join(", ")}` }];
  });
}

/** Everything that has to hold for a tool, condition by condition. */
function partsOf(tool: ResolvedTool): readonly Part[] {
  const needed = tool.operations.filter((route) => route === tool.entry.operation || !tool.optional.includes(route));
  const calls = needed.flatMap((operation) => {
    const usage = usageOf(tool, operation);
    return conjunctsOf(conditionsOf(operation)?.requires).map((part) => ({
      operation,
      alternatives: alternativesOf(part, usage),
      beyond: beyondOf(part, usage),
      why: part.kind === "no-token" ? "PVE lets no API token do it" : "PVE allows it to nobody but root@pam",
    }));
  });
  const seen = filtersOf(tool).map(({ route, unless }) => ({
    operation: route,
    alternatives: alternativesOf(unless, { gives: () => true, fixed: {} }),
    why: "",
  }));
  return [...calls, ...seen, ...findingOf(tool)];
}

/** A guest whose node is not named is found among those that the caller may see. */
function findingOf({ entry: { locates } }: ResolvedTool): readonly Part[] {
  if (locates === undefined || locates === "task") return [];
  const visible: Expression = { kind: "perm", path: "/vms/{vmid}", privileges: ["VM.Audit"] };
  const alternatives = alternativesOf(visible, { gives: () => false, fixed: {} });
  return [{ operation: "GET /cluster/resources", alternatives, why: "" }];
}

/** What only certain arguments take, and what reaches beyond what the tool is about, is left to whoever uses them. */
function beyondOf(part: Expression, usage: Usage): readonly string[] | undefined {
  if (part.kind !== "when" || part.params.some((name) => usage.fixed[name] !== undefined)) return undefined;
  const needed = cheapest(alternativesOf(part, usage), () => false)?.atoms ?? [];
  const wide = needed.some(({ path }) => path === "/" || path.startsWith("/mapping"));
  return wide ? part.params.filter(usage.gives) : undefined;
}

function conjunctsOf(expression: Expression | undefined): readonly Expression[] {
  if (expression === undefined) return [];
  if (expression.kind === "and") return expression.of.flatMap(conjunctsOf);
  return expression.kind === "handler" ? conjunctsOf(expression.needs) : [expression];
}

/** What a tool gives an operation: its arguments under PVE's names, and all options where it takes them in `config`. */
function usageOf(tool: ResolvedTool, operation: string): Usage {
  const { accepts, fixed = {} } = tool.entry;
  const targets = Object.values(accepts).map((target) => (typeof target === "string" ? target : target.for));
  const given = new Set([
    ...targets.filter((target) => target !== undefined).flatMap((target) => [target, target.replace(/\d+$/, "[n]")]),
    ...Object.values(tool.options ?? {}).flat(),
    ...(tool.entry.passes ?? []),
    ...[...operation.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name),
  ]);
  return { gives: (param) => given.has(param), fixed: operation === tool.entry.operation ? fixed : {} };
}

/** What has no alternative first; then, one after another, what adds least. */
function choose(demands: readonly (readonly Alternative[])[]): readonly Atom[] {
  const had = new Map<string, Atom>();
  const has = ({ path, privilege, propagate }: Atom) =>
    had.has(`${path} ${privilege} true`) || (!propagate && had.has(`${path} ${privilege} false`));
  for (const alternatives of [...demands].sort((a, b) => a.length - b.length)) {
    for (const atom of cheapest(alternatives, has)?.atoms ?? []) {
      if (!has(atom)) had.set(`${atom.path} ${atom.privilege} ${atom.propagate}`, atom);
    }
  }
  const atoms = [...had.values()];
  const covers = (above: Atom, atom: Atom) =>
    above.propagate && above.privilege === atom.privilege && isAbove(above.path, atom.path);
  return atoms.filter((atom) => !atoms.some((above) => covers(above, atom)));
}

function isAbove(above: string, path: string): boolean {
  return above !== path && path.startsWith(above === "/" ? "/" : `${above}/`);
}

/** One role a path, and a second one where some of it is not to hold below. */
function grantsOf(atoms: readonly Atom[], prefix: string): readonly RequiredGrant[] {
  const places = new Map<string, { path: string; propagate: boolean; privileges: Set<string> }>();
  for (const { path, propagate, privilege } of atoms) {
    const key = `${path} ${propagate}`;
    const place = places.get(key) ?? { path, propagate, privileges: new Set() };
    place.privileges.add(privilege);
    places.set(key, place);
  }
  const all = [...places.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  // What is granted on a path takes the place of what comes from above it, so that has to be said again.
  for (const place of all) {
    for (const above of all) {
      if (above.propagate && isAbove(above.path, place.path))
        for (const privilege of above.privileges) place.privileges.add(privilege);
    }
  }
  return all.map(({ path, propagate, privileges }) => ({
    path,
    propagate,
    role: `${prefix}${path === "/" ? "-root" : path.replaceAll("/", "-")}${propagate || !places.has(`${path} true`) ? "" : "-itself"}`,
    privileges: [...privileges].sort(),
  }));
}

function commandsOf(grants: readonly RequiredGrant[], names: RoleNames): readonly string[] {
  const { user = "assistant@pve", token = "mcp" } = names;
  return [
    ...grants.map(({ role, privileges }) => roleAdd(role, privileges)),
    `pveum user add '${user}'`,
    `pveum user token add '${user}' ${token} --privsep 1`,
    // A token with privilege separation has what both it and its user are granted.
    ...[user, `${user}!${token}`].flatMap((who) =>
      grants.map(({ path, role, propagate }) => aclModify(path, who, role, propagate)),
    ),
  ];
}
