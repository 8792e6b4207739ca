import { SpecFault } from "../fault.js";
import type { Route } from "../model.js";
import {
  type AclEntry,
  type PermissionReport,
  type RecordedCaller,
  type RecordedUsers,
  reportFromAcl,
} from "./acl-report.js";

/** `params`: the parameters were refused before the operation's code ran. `root-too`: root@pam got the same refusal. */
export type AnswerNote = "params" | "root-too";

/** One request, and how each caller was answered. */
export interface MatrixCase {
  readonly operation: Route;
  readonly params: Readonly<Record<string, unknown>>;
  readonly answers: Readonly<Record<string, readonly [status: number, note?: AnswerNote]>>;
}

/** Who the callers were and what they held while the matrix was recorded. */
export interface RecordedGrants {
  readonly users: RecordedUsers;
  readonly callers: Readonly<Record<string, RecordedCaller>>;
}

/** The callers of the recordings, by the names they go by there. */
const CALLERS: Readonly<Record<string, string>> = {
  root: "root@pam",
  "root-token": "root@pam!rec",
  admin: "admin@pve",
  auditor: "auditor@pve",
  operator: "operator@pve",
  "privsep-token": "admin@pve!sep",
  nobody: "nobody@pve",
};

interface MatrixRow {
  readonly operation: Route;
  readonly as: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly reason?: string;
  readonly errors?: Readonly<Record<string, string>>;
}

/** What the recorder adds to a request so that it fails after the declared check. */
const STRANGER = "zz-unknown-param";

/** Reads the matrix: one row a caller as it was recorded, or one case a line as it was distilled. */
export function readMatrix(file: string, text: string): MatrixCase[] {
  const lines = jsonLines(file, text);
  const distilled = lines.filter((line): line is MatrixCase => "answers" in (line as object));
  const rows = lines.filter((line): line is MatrixRow => "as" in (line as object));
  const cases = new Map<string, MatrixRow[]>();
  for (const row of rows) {
    const key = `${row.operation} ${JSON.stringify(row.params)}`;
    cases.set(key, [...(cases.get(key) ?? []), row]);
  }
  return [...distilled, ...[...cases.values()].map(distil)];
}

function distil(rows: readonly MatrixRow[]): MatrixCase {
  const root = rows.find(({ as }) => as === "root");
  const answers = rows.map((row): [string, MatrixCase["answers"][string]] => {
    const note = noteOf(row, root);
    return [row.as, note === undefined ? [row.status] : [row.status, note]];
  });
  const [{ operation, params } = { operation: "", params: {} }] = rows;
  return { operation, params: params ?? {}, answers: Object.fromEntries(answers) };
}

function noteOf({ as, status, reason, errors }: MatrixRow, root: MatrixRow | undefined): AnswerNote | undefined {
  if (errors?.[STRANGER] !== undefined) return "params";
  const same = as !== "root" && status >= 400 && root?.status === status && root.reason === reason;
  return same ? "root-too" : undefined;
}

interface Recording {
  readonly operation: Route;
  readonly as: string;
  readonly flow?: string | null;
  readonly params: Readonly<Record<string, string>>;
  readonly response: { readonly status: number; readonly body?: string | null };
}

/** Takes the callers' rights from what they read of their own permissions, or else from the ACL that root read. */
export function readGrants(file: string, text: string): RecordedGrants {
  const reads = (jsonLines(file, text) as Recording[]).filter(
    ({ flow, response }) => response.status === 200 && (flow ?? "").startsWith("crawl/"),
  );
  const data = (as: string, operation: Route, wanted: Readonly<Record<string, string>> = {}): unknown => {
    const found = reads.find(
      (read) =>
        read.as === as && read.operation === operation && JSON.stringify(read.params) === JSON.stringify(wanted),
    );
    return found === undefined ? undefined : (JSON.parse(found.response.body ?? "{}") as { data?: unknown }).data;
  };
  const users = readUsers(data("root-token", "GET /access/users", { full: "1" }));
  const acl = (data("root-token", "GET /access/acl") ?? []) as readonly AclEntry[];
  const roles = readRoles(data("root-token", "GET /access/roles"));
  const callers = Object.entries(CALLERS).map(([name, id]): [string, RecordedCaller] => {
    const read = data(name, "GET /access/permissions") as PermissionReport | undefined;
    return [name, { id, permissions: read ?? reportFromAcl(acl, roles, id, users[id] ?? []) }];
  });
  if (acl.length === 0) throw new SpecFault(file, "nobody read the ACL (`GET /access/acl`) in these recordings");
  return { users, callers: Object.fromEntries(callers) };
}

function readUsers(data: unknown): RecordedUsers {
  const users = (data ?? []) as readonly { readonly userid: string; readonly groups?: string }[];
  return Object.fromEntries(users.map(({ userid, groups }) => [userid, words(groups)]));
}

function readRoles(data: unknown): Readonly<Record<string, readonly string[]>> {
  const roles = (data ?? []) as readonly { readonly roleid: string; readonly privs?: string }[];
  return Object.fromEntries(roles.map(({ roleid, privs }) => [roleid, words(privs)]));
}

function words(list: string | undefined): string[] {
  return (list ?? "").split(",").filter((word) => word !== "");
}

function jsonLines(file: string, text: string): unknown[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw new SpecFault(file, `not valid JSON: ${(error as Error).message}`, { line: index + 1, column: 1 });
    }
  });
}
