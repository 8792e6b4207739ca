import type { Expression, ParamTest } from "./expression.js";
import { aclPath, weightOf } from "./pveum.js";
import { rightsToModify } from "./request.js";

/** One privilege on one ACL path. */
export interface Atom {
  readonly path: string;
  /** It has to hold for whatever lies below the path, too. */
  readonly propagate: boolean;
  readonly privilege: string;
}

/** One way to satisfy a condition: every atom of it. */
export interface Alternative {
  readonly atoms: readonly Atom[];
  /** It only does for certain arguments, or hinges on something else than privileges. */
  readonly restricted: boolean;
}

/** What is known of the calls that a condition is asked about. */
export interface Usage {
  /** Whether a parameter may be given; a family is written `net[n]`. */
  readonly gives: (param: string) => boolean;
  /** What a parameter is in every call. */
  readonly fixed: Readonly<Record<string, unknown>>;
}

/**
 * The ways to satisfy a condition for every call of such a usage; none where no privilege does, as with what PVE keeps
 * for root@pam. Options that only root@pam may set are not counted: nobody who uses a role sets them.
 */
export function alternativesOf(expression: Expression, usage: Usage): readonly Alternative[] {
  switch (expression.kind) {
    case "world":
    case "any-user":
      return [NOTHING];
    case "root":
    case "no-token":
      return [];
    case "perm": {
      const { path, privileges, any, requireParam } = expression;
      const restricted = requireParam !== undefined;
      const choices = any ? privileges.map((one) => [one]) : [privileges];
      return choices.map((chosen) => ({ atoms: atoms(path, chosen), restricted }));
    }
    case "group":
      return expression.privileges.map((one) => ({ atoms: atoms("/access/groups", [one]), restricted: false }));
    case "modify":
      return rightsToModify(expression.path).map((one) => ({
        atoms: atoms(expression.path, [one]),
        restricted: false,
      }));
    case "user":
      return "is" in expression
        ? [RESTRICTED]
        : [{ atoms: atoms("/access/realm/{realm}", [expression.realmPrivilege]), restricted: false }];
    case "owner":
    case "depends":
    case "unknown":
      return [RESTRICTED];
    case "handler":
    case "task":
      return alternativesOf(expression.needs, usage);
    case "or":
      return expression.of.flatMap((part) => alternativesOf(part, usage));
    case "and":
      return together(expression.of.map((part) => alternativesOf(part, usage)));
    case "when":
    case "given":
    case "each":
      return ofParams(expression, usage);
  }
}

const NOTHING: Alternative = { atoms: [], restricted: false };
const RESTRICTED: Alternative = { atoms: [], restricted: true };

function atoms(place: string, privileges: readonly string[]): readonly Atom[] {
  const { path, propagate } = aclPath(place);
  return privileges.map((privilege) => ({ path, propagate, privilege }));
}

function together(parts: readonly (readonly Alternative[])[]): readonly Alternative[] {
  const best = parts.map((alternatives) => cheapest(alternatives, () => false));
  if (!best.every((one) => one !== undefined)) return [];
  return [{ atoms: best.flatMap((one) => one.atoms), restricted: best.some((one) => one.restricted) }];
}

function ofParams(
  expression: Extract<Expression, { kind: "when" | "given" | "each" }>,
  usage: Usage,
): readonly Alternative[] {
  const inner = () => (expression.needs === undefined ? [NOTHING] : alternativesOf(expression.needs, usage));
  if (expression.kind === "each") return usage.gives(expression.param) ? inner() : [NOTHING];
  const met = meets(expression, usage);
  if (expression.kind === "given")
    return met === "never" ? [] : inner().map((one) => (met === "always" ? one : { ...one, restricted: true }));
  const needed = met === "never" ? [NOTHING] : inner();
  return needed.length === 0 ? [NOTHING] : needed;
}

/** Whether a test finds something in every call, in some or in none. */
function meets(
  { params, absent, is, namedBy = [] }: ParamTest,
  { gives, fixed }: Usage,
): "always" | "perhaps" | "never" {
  const given = params.find((name) => fixed[name] !== undefined);
  if (absent && given === undefined) return params.some(gives) ? "perhaps" : "always";
  if (absent) return "never";
  if (given !== undefined) return is === undefined || is.includes(flagged(fixed[given])) ? "always" : "never";
  return params.some(gives) || (params.some((name) => name.endsWith("[n]")) && namedBy.some(gives))
    ? "perhaps"
    : "never";
}

function flagged(value: unknown): string {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

/** The alternative that gives away least beyond what is had already; one for any arguments goes before all others. */
export function cheapest(alternatives: readonly Alternative[], has: (atom: Atom) => boolean): Alternative | undefined {
  const price = ({ atoms: wanted }: Alternative) =>
    wanted.filter((atom) => !has(atom)).reduce((sum, { path, privilege }) => sum + priceOf(path, privilege), 0);
  return [...alternatives].sort(
    (a, b) => Number(a.restricted) - Number(b.restricted) || price(a) - price(b) || a.atoms.length - b.atoms.length,
  )[0];
}

/** What is granted on everything counts more than what is granted on a kind of thing. */
function priceOf(path: string, privilege: string): number {
  return weightOf(privilege) + (path === "/" ? 5 : 0);
}
