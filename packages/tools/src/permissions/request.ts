import type { ParamTest } from "./expression.js";

/** Parameters of an operation, as they are sent. */
export type Params = Readonly<Record<string, unknown>>;

/** What a condition is asked about. */
export interface Request {
  readonly params: Params;
  /** What a surrounding test found. */
  readonly value?: string | undefined;
  /** Parameters that the operation insists on and that are not known yet, where they are missing from `params`. */
  readonly open?: ReadonlySet<string> | undefined;
}

/** A parameter that a test finds. */
export interface Found {
  readonly value?: string;
  /** Whether the test applies cannot be told. */
  readonly doubtful: boolean;
}

/** What a test finds among the parameters; those that are still open may or may not be what it looks for. */
export function find(test: ParamTest, { params, open }: Request): Found[] {
  const present = Object.keys(params).filter((key) => params[key] !== undefined && names(test, key));
  const maybe = test.params.some((name) => isOpen({ params, open }, name));
  if (maybe) return [{ doubtful: true }];
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

/** Whether a parameter that the operation insists on is not known yet. */
export function isOpen({ params, open }: Request, name: string): boolean {
  return params[name] === undefined && open?.has(name) === true;
}

/** A parameter as PVE reads it; undefined for what is absent or no plain value. */
export function text(value: unknown): string | undefined {
  if (typeof value === "boolean") return value ? "1" : "0";
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** PVE's spellings of yes and no as 1 and 0; anything else as it is. */
function flag(value: string): string {
  if (/^(on|yes|true)$/i.test(value)) return "1";
  return /^(off|no|false)$/i.test(value) ? "0" : value;
}

/** The members of a list, however it is written. */
export function elements(value: unknown): string[] {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return parts.flatMap((part) => (text(part) ?? "").split(/[,;\s\0]+/)).filter((part) => part !== "");
}

/** A missing or false parameter becomes `-`; what PVE looks up, and what is still open, stays as `{?…}`. */
export function fill(template: string, request: Request): string {
  const { params, value } = request;
  return template.replace(/\{([^}?][^}]*)\}/g, (_, name: string) => {
    if (isOpen(request, name)) return `{?${name}}`;
    const known = name === "value" && value !== undefined ? value : text(params[name]);
    return known === undefined || known === "" || known === "0" ? "-" : known;
  });
}

/** PVE's normal form of an ACL path; undefined where it holds what no ACL path may hold. */
export function normalize(path: string): string | undefined {
  const short = path.replace(/\/+/g, "/").replace(/\/$/, "");
  const absolute = short.startsWith("/") ? short : `/${short}`;
  return /^[A-Za-z0-9.\-_/]+$/.test(absolute) && path !== "" ? absolute : undefined;
}

/** A user owns the tasks of its tokens, a token only its own. */
export function isOwner(upid: string | undefined, id: string): boolean {
  const owner = /^UPID:(?:[^:]*:){6}([^:]+):/.exec(upid ?? "")?.[1];
  return owner !== undefined && (owner === id || owner.split("!")[0] === id);
}

/** The privileges of which one lets change the ACL of a path: whoever may allocate a thing may also say who may use it. */
export function rightsToModify(path: string): readonly string[] {
  const own: Readonly<Record<string, string>> = {
    storage: "Datastore.Allocate",
    vms: "VM.Allocate",
    pool: "Pool.Allocate",
  };
  const allocate = own[/^\/(\w+)\/./.exec(path)?.[1] ?? ""];
  return ["Permissions.Modify", ...(allocate === undefined ? [] : [allocate])];
}
