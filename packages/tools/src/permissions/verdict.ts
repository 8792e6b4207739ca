import type { Expression, Perm } from "./expression.js";
import {
  elements,
  fill,
  find,
  isOpen,
  isOwner,
  normalize,
  type Params,
  type Request,
  rightsToModify,
  text,
} from "./request.js";

/** What is known of a caller. */
export interface Caller {
  /** `user@realm` or `user@realm!token`. */
  readonly id: string;
  /** The privileges that the caller holds on one ACL path. */
  readonly grants: (path: string) => ReadonlySet<string>;
  /** Those held on everything below a path, whatever its name. Without it, looked-up paths stay undecided. */
  readonly everywhereBelow?: (path: string) => ReadonlySet<string>;
  /** The paths below a path where more may be held than above. Without it, nothing open is ever denied. */
  readonly knownBelow?: (path: string) => readonly string[];
  /** The groups of a user; null where there is no such user, undefined where that is not known. */
  readonly groupsOf?: (userid: string) => readonly string[] | null | undefined;
}

/** Privileges on a path, all of them or with `any` one; a path may hold `{vmid}` where that is not known. */
export interface Missing {
  readonly path: string;
  readonly privileges: readonly string[];
  readonly any?: true;
}

export type Verdict =
  | { readonly verdict: "allowed" }
  /** All of `missing` would help; it is empty where no privilege would. `by` tells what refuses. */
  | { readonly verdict: "denied"; readonly missing: readonly Missing[]; readonly why: string; readonly by: Stage }
  | { readonly verdict: "depends"; readonly on: string }
  | { readonly verdict: "unknown"; readonly why: string };

/** `check` comes before the parameters are verified, `handler` after it; `task` lets the call pass and its task fail. */
export type Stage = "check" | "handler" | "task";

/** PVE gives up with an error that is no refusal; `always`: even where an alternative would do. */
type Outcome = Verdict | { readonly verdict: "stops"; readonly on: string; readonly always: boolean };

interface Question extends Request {
  readonly caller: Caller;
  readonly stage: Stage;
}

const ALLOWED = { verdict: "allowed" } as const;

/**
 * Judges as PVE does: raw parameters, first refusal wins, root@pam passes. Without a caller only `world` passes. What
 * is in `open` and not in `params` is not absent but not known yet.
 */
export function evaluate(
  expression: Expression,
  params: Params,
  caller: Caller | undefined,
  open?: ReadonlySet<string>,
): Verdict {
  if (caller?.id === "root@pam") return ALLOWED;
  const stranger: Caller = { id: "", grants: () => new Set() };
  if (caller === undefined && !isWorld(expression)) return refuse("a login is needed", "check");
  const outcome = judge(expression, { caller: caller ?? stranger, params, open, stage: "check" });
  return outcome.verdict === "stops" ? { verdict: "depends", on: outcome.on } : outcome;
}

function isWorld(expression: Expression): boolean {
  return expression.kind === "and" ? expression.of.some(isWorld) : expression.kind === "world";
}

function judge(expression: Expression, question: Question): Outcome {
  switch (expression.kind) {
    case "and":
      return every(expression.of.map((part) => () => judge(part, question)));
    case "or":
      return some(
        expression.of.map((part) => () => judge(part, question)),
        question.stage,
      );
    case "when":
    case "given":
    case "each":
      return judgeParams(expression, question);
    case "handler":
    case "task":
      return judge(expression.needs, { ...question, stage: expression.kind });
    case "depends":
      return { verdict: "depends", on: expression.on };
    case "unknown":
      return { verdict: "unknown", why: expression.why };
    default:
      return judgeCaller(expression, question);
  }
}

type CallerTest = Extract<
  Expression,
  { kind: "world" | "any-user" | "root" | "no-token" | "perm" | "group" | "user" | "modify" | "owner" }
>;

function judgeCaller(expression: CallerTest, question: Question): Outcome {
  const { caller, params, stage } = question;
  switch (expression.kind) {
    case "world":
    case "any-user":
      return ALLOWED;
    case "root":
      return refuse("only root@pam may", stage);
    case "no-token":
      return caller.id.includes("!") ? refuse("API tokens are refused", stage) : ALLOWED;
    case "perm":
      return judgePerm(expression, question);
    case "group":
      return judgeGroup(expression, question);
    case "user":
      return judgeUser(expression, question);
    case "modify":
      return judgeModify(expression.path, question);
    case "owner":
      if (isOpen(question, expression.param)) return { verdict: "depends", on: "who started the task" };
      return isOwner(text(params[expression.param]), caller.id) ? ALLOWED : refuse("not its owner", stage);
  }
}

function refuse(why: string, by: Stage, missing: readonly Missing[] = []): Verdict {
  return { verdict: "denied", missing, why, by };
}

/** The first refusal decides, and what the later ones miss is added; a doubt decides only where nothing refuses. */
function every(parts: readonly (() => Outcome)[]): Outcome {
  let doubt: Outcome = ALLOWED;
  for (const [index, part] of parts.entries()) {
    const outcome = part();
    if (outcome.verdict === "denied")
      return refuse(outcome.why, outcome.by, allMissing(outcome, parts.slice(index + 1)));
    if (outcome.verdict === "stops") return outcome;
    if (outcome.verdict === "unknown" || doubt.verdict === "allowed") doubt = outcome;
  }
  return doubt;
}

type Denied = Extract<Verdict, { verdict: "denied" }>;

/** Where one refusal cannot be helped, nothing helps. */
function allMissing(first: Denied, rest: readonly (() => Outcome)[]): readonly Missing[] {
  const denied = [first, ...rest.map((part) => part())].filter((outcome) => outcome.verdict === "denied");
  return denied.some(({ missing }) => missing.length === 0) ? [] : denied.flatMap(({ missing }) => missing);
}

/** Of the alternatives that privileges would open, the one that takes the fewest. */
function some(parts: readonly (() => Outcome)[], by: Stage): Outcome {
  const denied: Denied[] = [];
  let doubt: Outcome | undefined;
  for (const part of parts) {
    const outcome = part();
    if (outcome.verdict === "allowed" || (outcome.verdict === "stops" && outcome.always)) return outcome;
    if (outcome.verdict === "denied") denied.push(outcome);
    else if (outcome.verdict === "unknown" || (outcome.verdict === "depends" && doubt === undefined)) doubt = outcome;
  }
  const [cheapest] = denied.filter(({ missing }) => missing.length > 0).sort((a, b) => cost(a) - cost(b));
  return doubt ?? refuse(denied.map(({ why }) => why).join(", nor: "), by, cheapest?.missing);
}

function cost({ missing }: Denied): number {
  return missing.reduce((sum, { privileges, any }) => sum + (any ? 1 : privileges.length), 0);
}

function judgePerm({ path: template, privileges, any, requireParam }: Perm, question: Question): Outcome {
  const { caller, params, stage } = question;
  if (requireParam !== undefined && text(params[requireParam]) === undefined)
    return refuse(`parameter ${requireParam} is absent`, stage);
  const filled = fill(template, question);
  if (filled.includes("{?")) return judgeUnnamed(filled, { privileges, any }, question, template.includes("{?"));
  const path = normalize(filled);
  // A name that is none, such as one with a space: no grant would help, and PVE says itself what is wrong with it.
  if (path === undefined) return { verdict: "unknown", why: `${filled} is no path that could be granted on` };
  if (holds(caller.grants(path), privileges, any)) return ALLOWED;
  return refusePerm(path, { privileges, any }, stage);
}

interface Privileges {
  readonly privileges: readonly string[];
  readonly any: true | undefined;
}

/** A path that nobody can name yet. What PVE looks up may turn out to be nothing at all, so it is never denied. */
function judgeUnnamed(filled: string, wanted: Privileges, { caller, stage }: Question, lookedUp: boolean): Outcome {
  const { privileges, any } = wanted;
  const above = normalize(filled.slice(0, filled.indexOf("{?"))) ?? "/";
  const everywhere = caller.everywhereBelow?.(above);
  if (everywhere !== undefined && holds(everywhere, privileges, any)) return ALLOWED;
  const known = [above, ...(caller.knownBelow?.(above) ?? [])];
  const nowhere = caller.knownBelow !== undefined && !known.some((path) => holds(caller.grants(path), privileges, any));
  if (nowhere && !lookedUp) return refusePerm(filled.replaceAll("{?", "{"), wanted, stage);
  return { verdict: "depends", on: `${privileges.join(any ? " or " : " and ")} on ${filled.replaceAll("{?", "{")}` };
}

function refusePerm(path: string, { privileges, any }: Privileges, stage: Stage): Outcome {
  const missing = { path, privileges, ...(any && { any }) };
  return refuse(`${path}, ${privileges.join(any ? "|" : ",")}`, stage, [missing]);
}

function holds(held: ReadonlySet<string>, privileges: readonly string[], any: true | undefined): boolean {
  return any ? privileges.some((one) => held.has(one)) : privileges.every((one) => held.has(one));
}

function judgeModify(template: string, question: Question): Outcome {
  const filled = fill(template, question);
  const path = filled.includes("{?") ? filled : (normalize(filled) ?? filled);
  const privileges = rightsToModify(path);
  return judgePerm({ kind: "perm", path, privileges, any: true }, question);
}

function judgeGroup({ privileges, param }: Extract<Expression, { kind: "group" }>, question: Question): Outcome {
  const { caller, params, stage } = question;
  const userid = text(params["userid"]) ?? "";
  const groups = isOpen(question, "userid") ? undefined : caller.groupsOf?.(userid);
  if (param !== "create" && groups === null)
    return { verdict: "stops", on: `there is no user ${userid}`, always: false };
  const may = (path: string) => holds(caller.grants(path), privileges, true);
  if (may("/access/groups")) return ALLOWED;
  const missing: Missing[] = [{ path: "/access/groups", privileges, any: true }];
  if (param !== undefined) {
    const named = elements(params["groups"]);
    if (named.length === 0) return refuse(`/access/groups, ${privileges.join("|")}`, stage, missing);
    const foreign = named.find((group) => !may(`/access/groups/${group}`));
    if (foreign !== undefined) return refuse(`/access/groups/${foreign}, ${privileges.join("|")}`, stage, missing);
  }
  if (param === "create" || groups?.some((group) => may(`/access/groups/${group}`))) return ALLOWED;
  return Array.isArray(groups)
    ? refuse(`${privileges.join("|")} on a group of ${userid}`, stage, missing)
    : { verdict: "depends", on: `the groups of ${userid}` };
}

function judgeUser(expression: Extract<Expression, { kind: "user" }>, question: Question): Outcome {
  const { caller, stage } = question;
  const userid = text(question.params["userid"]) ?? "";
  if ("is" in expression) {
    if (isOpen(question, "userid")) return { verdict: "depends", on: "which user it is about" };
    const mine = expression.is === "self" ? userid === caller.id : userid.startsWith(`${caller.id}!`);
    return mine ? ALLOWED : refuse(`not ${userid}`, stage);
  }
  if (isOpen(question, "userid")) {
    const realms = { kind: "perm", path: "/access/realm/{userid}", privileges: [expression.realmPrivilege] } as const;
    return judgePerm(realms, question);
  }
  const realm = userid.length >= 3 ? /^[^\s:/]+@([A-Za-z][\w.-]+)$/.exec(userid)?.[1] : undefined;
  if (realm === undefined) return { verdict: "stops", on: `"${userid}" is no user name`, always: true };
  const path = `/access/realm/${realm}`;
  return judgePerm({ kind: "perm", path, privileges: [expression.realmPrivilege] }, question);
}

function judgeParams(
  expression: Extract<Expression, { kind: "when" | "given" | "each" }>,
  question: Question,
): Outcome {
  const needs = (value: string | undefined) => () =>
    expression.needs === undefined
      ? ALLOWED
      : judge(expression.needs, value === undefined ? question : { ...question, value });
  if (expression.kind === "each" && isOpen(question, expression.param))
    return { verdict: "depends", on: `what ${expression.param} says` };
  if (expression.kind === "each") return every(elements(question.params[expression.param]).map(needs));
  const found = find(expression, question);
  const outcomes = found.map(({ value, doubtful }) => () => {
    const outcome = needs(value)();
    const doubt: Outcome = { verdict: "depends", on: `what ${expression.params.join(", ")} says` };
    return doubtful && outcome.verdict !== "allowed" ? doubt : outcome;
  });
  if (expression.kind === "when") return every(outcomes);
  const why = `${expression.params.join(", ")} ${expression.absent ? "is given" : "is not given so"}`;
  return outcomes.length === 0 ? refuse(why, question.stage) : some(outcomes, question.stage);
}
