import type { Expression, ParamTest, Perm } from "./expression.js";

/** What is known of a caller. */
export interface Caller {
  /** `user@realm` or `user@realm!token`. */
  readonly id: string;
  /** The privileges that the caller holds on one ACL path. */
  readonly grants: (path: string) => ReadonlySet<string>;
  /** Those held on everything below a path, whatever its name. Without it, looked-up paths stay undecided. */
  readonly everywhereBelow?: (path: string) => ReadonlySet<string>;
  /** The groups of a user; null where there is no such user, undefined where that is not known. */
  readonly groupsOf?: (userid: string) => readonly string[] | null | undefined;
}

interface Missing {
  readonly path: string;
  readonly privileges: readonly string[];
  readonly any?: true;
}

export type Verdict =
  | { readonly verdict: "allowed" }
  /** `missing` lists alternatives, and is empty where no privilege would help; `by` tells what refuses. */
  | { readonly verdict: "denied"; readonly missing: readonly Missing[]; readonly why: string; readonly by: Stage }
  | { readonly verdict: "depends"; readonly on: string }
  | { readonly verdict: "unknown"; readonly why: string };

/** `check` comes before the parameters are verified, `handler` after it; `task` lets the call pass and its task fail. */
export type Stage = "check" | "handler" | "task";

type Params = Readonly<Record<string, unknown>>;

/** PVE gives up with an error that is no refusal; `always`: even where an alternative would do. */
type Outcome = Verdict | { readonly verdict: "stops"; readonly on: string; readonly always: boolean };

interface Question {
  readonly caller: Caller;
  readonly params: Params;
  readonly value?: string;
  readonly stage: Stage;
}

const ALLOWED = { verdict: "allowed" } as const;

/** Judges as PVE does: raw parameters, first refusal wins, root@pam passes. Without a caller only `world` passes. */
export function evaluate(expression: Expression, params: Params, caller: Caller | undefined): Verdict {
  if (caller?.id === "root@pam") return ALLOWED;
  const stranger: Caller = { id: "", grants: () => new Set() };
  if (caller === undefined && !isOpen(expression)) return refuse("a login is needed", "check");
  const outcome = judge(expression, { caller: caller ?? stranger, params, stage: "check" });
  return outcome.verdict === "stops" ? { verdict: "depends", on: outcome.on } : outcome;
}

function isOpen(expression: Expression): boolean {
  return expression.kind === "and" ? expression.of.some(isOpen) : expression.kind === "world";
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
      return isOwner(text(params[expression.param]), caller.id) ? ALLOWED : refuse("not its owner", stage);
  }
}

function refuse(why: string, by: Stage, missing: readonly Missing[] = []): Verdict {
  return { verdict: "denied", missing, why, by };
}

/** The first refusal decides; a doubt only where nothing refuses. */
function every(parts: readonly (() => Outcome)[]): Outcome {
  let doubt: Outcome = ALLOWED;
  for (const part of parts) {
    const outcome = part();
    if (outcome.verdict === "denied" || outcome.verdict === "stops") return outcome;
    if (outcome.verdict === "unknown" || doubt.verdict === "allowed") doubt = outcome;
  }
  return doubt;
}

function some(parts: readonly (() => Outcome)[], by: Stage): Outcome {
  const missing: Missing[] = [];
  const reasons: string[] = [];
  let doubt: Outcome | undefined;
  for (const part of parts) {
    const outcome = part();
    if (outcome.verdict === "allowed" || (outcome.verdict === "stops" && outcome.always)) return outcome;
    if (outcome.verdict === "denied") missing.push(...outcome.missing);
    if (outcome.verdict === "denied") reasons.push(outcome.why);
    else if (outcome.verdict === "unknown" || (outcome.verdict === "depends" && doubt === undefined)) doubt = outcome;
  }
  return doubt ?? refuse(reasons.join(", nor: "), by, missing);
}

function judgePerm({ path: template, privileges, any, requireParam }: Perm, question: Question): Outcome {
  const { caller, params, stage } = question;
  if (requireParam !== undefined && text(params[requireParam]) === undefined)
    return refuse(`parameter ${requireParam} is absent`, stage);
  const filled = fill(template, question);
  const lookUp = filled.indexOf("{?");
  if (lookUp >= 0) {
    const everywhere = caller.everywhereBelow?.(normalize(filled.slice(0, lookUp)) ?? "/");
    const sure = everywhere !== undefined && holds(everywhere, privileges, any);
    return sure ? ALLOWED : { verdict: "depends", on: `${privileges.join(any ? " or " : " and ")} on ${filled}` };
  }
  const path = normalize(filled);
  if (path !== undefined && holds(caller.grants(path), privileges, any)) return ALLOWED;
  const missing = { path: path ?? "", privileges, ...(any && { any }) };
  return refuse(`${path ?? ""}, ${privileges.join(any ? "|" : ",")}`, stage, [missing]);
}

function holds(held: ReadonlySet<string>, privileges: readonly string[], any: true | undefined): boolean {
  return any ? privileges.some((one) => held.has(one)) : privileges.every((one) => held.has(one));
}

function judgeModify(template: string, question: Question): Outcome {
  const path = normalize(fill(template, question)) ?? "";
  const own: Readonly<Record<string, string>> = {
    storage: "Datastore.Allocate",
    vms: "VM.Allocate",
    pool: "Pool.Allocate",
  };
  const allocate = own[/^\/(\w+)\/./.exec(path)?.[1] ?? ""];
  const privileges = ["Permissions.Modify", ...(allocate === undefined ? [] : [allocate])];
  return judgePerm({ kind: "perm", path, privileges, any: true }, question);
}

function judgeGroup(
  { privileges, param }: Extract<Expression, { kind: "group" }>,
  { caller, params, stage }: Question,
): Outcome {
  const userid = text(params["userid"]) ?? "";
  const groups = caller.groupsOf?.(userid);
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
    const mine = expression.is === "self" ? userid === caller.id : userid.startsWith(`${caller.id}!`);
    return mine ? ALLOWED : refuse(`not ${userid}`, stage);
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
  if (expression.kind === "each") return every(elements(question.params[expression.param]).map(needs));
  const found = find(expression, question.params);
  const outcomes = found.map(({ value, doubtful }) => () => {
    const outcome = needs(value)();
    const doubt: Outcome = { verdict: "depends", on: `what ${expression.params.join(", ")} says` };
    return doubtful && outcome.verdict !== "allowed" ? doubt : outcome;
  });
  if (expression.kind === "when") return every(outcomes);
  const why = `${expression.params.join(", ")} ${expression.absent ? "is given" : "is not given so"}`;
  return outcomes.length === 0 ? refuse(why, question.stage) : some(outcomes, question.stage);
}

interface Found {
  readonly value?: string;
  /** Whether the test applies cannot be told. */
  readonly doubtful: boolean;
}

function find(test: ParamTest, params: Params): Found[] {
  const present = Object.keys(params).filter((key) => params[key] !== undefined && names(test, key));
  if (test.absent) return present.length === 0 ? [{ doubtful: false }] : [];
  const valued = [test.is, test.not, test.matches, test.lacks].some((part) => part !== undefined);
  const named = (test.namedBy ?? []).flatMap((list) => elements(params[list]).filter((name) => names(test, name)));
  return [
    ...present.flatMap((key) => found(test, text(params[key]), valued)),
    ...named.map(() => ({ doubtful: valued })),
  ];
}

function names({ params }: ParamTest, key: string): boolean {
  return params.includes(key) || params.includes(key.replace(/\d+$/, "[n]"));
}

function found({ is, not, matches, lacks }: ParamTest, value: string | undefined, valued: boolean): Found[] {
  if (value === undefined) return [{ doubtful: valued }];
  const match = matches === undefined ? undefined : new RegExp(matches).exec(value);
  const fits =
    match !== null &&
    (is === undefined || is.includes(flag(value))) &&
    !(not?.includes(flag(value)) ?? false) &&
    !(lacks !== undefined && new RegExp(lacks).test(value));
  return fits ? [{ value: match?.groups?.["value"] ?? value, doubtful: false }] : [];
}

/** A parameter as PVE reads it; undefined for what is absent or no plain value. */
function text(value: unknown): string | undefined {
  if (typeof value === "boolean") return value ? "1" : "0";
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** PVE's spellings of yes and no as 1 and 0; anything else as it is. */
function flag(value: string): string {
  if (/^(on|yes|true)$/i.test(value)) return "1";
  return /^(off|no|false)$/i.test(value) ? "0" : value;
}

function elements(value: unknown): string[] {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return parts.flatMap((part) => (text(part) ?? "").split(/[,;\s\0]+/)).filter((part) => part !== "");
}

/** A missing or false parameter becomes `-`; what PVE looks up stays as it is. */
function fill(template: string, { params, value }: Question): string {
  return template.replace(/\{([^}?][^}]*)\}/g, (_, name: string) => {
    const known = name === "value" && value !== undefined ? value : text(params[name]);
    return known === undefined || known === "" || known === "0" ? "-" : known;
  });
}

/** PVE's normal form of an ACL path; undefined where it holds what no ACL path may hold. */
function normalize(path: string): string | undefined {
  const short = path.replace(/\/+/g, "/").replace(/\/$/, "");
  const absolute = short.startsWith("/") ? short : `/${short}`;
  return /^[A-Za-z0-9.\-_/]+$/.test(absolute) && path !== "" ? absolute : undefined;
}

/** A user owns the tasks of its tokens, a token only its own. */
function isOwner(upid: string | undefined, id: string): boolean {
  const owner = /^UPID:(?:[^:]*:){6}([^:]+):/.exec(upid ?? "")?.[1];
  return owner !== undefined && (owner === id || owner.split("!")[0] === id);
}
