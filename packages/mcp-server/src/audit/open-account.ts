import { randomUUID } from "node:crypto";
import type { CallToolResult } from "@modelcontextprotocol/server";
import type { Action } from "../action.js";
import { type ApiRequest, textsOf } from "../policy/api-request.js";
import { isSecretParameter } from "../policy/secret-parameters.js";
import type { Span } from "../telemetry/tracer.js";
import type { AuditEntry, AuditLog } from "./audit-log.js";

/** How a call ended. */
export interface Ending {
  readonly outcome: "done" | "failed" | "refused" | "stopped" | "planned" | "waiting for approval";
  readonly why?: string;
  readonly answer?: CallToolResult;
}

/** Writes down what becomes of one call. */
export interface Account {
  /** A request is about to be sent. Throws when it cannot be written down. */
  readonly sending: (request: ApiRequest, waived: string | undefined) => void;
  asked(because: readonly string[]): void;
  /** It was approved, in this way. */
  approved(how: string): void;
  /** It applies this plan, or made it. */
  plan(id: string): void;
  close(ending: Ending): void;
}

/** What an account is kept with. */
export interface AccountSettings {
  readonly audit: AuditLog | undefined;
  readonly span: Span | undefined;
  readonly now: () => number;
  readonly onDefect: (message: string) => void;
}

/** Opens the account of a call. Without an audit nothing is written; of reading only what was refused. */
export function openAccount({ audit, span, now, onDefect }: AccountSettings, action: Action): Account {
  const { caller, target, tool } = action;
  const begun = now();
  const call = randomUUID();
  let known: Readonly<Record<string, unknown>> = {};
  const record = (entry: AuditEntry): void =>
    audit?.record({ call, caller: caller.id, target: target.name, tool: tool.name, ...known, ...entry });
  return {
    sending(request, waived) {
      if (waived !== undefined) known = { ...known, approval: waived };
      record({ event: "sending", route: request.route, params: shownParams(request) });
      span?.event("pve.request", { "pve.route": request.route });
    },
    asked: (because) => record({ event: "asked", args: shownArgs(action), because }),
    approved(how) {
      known = { ...known, approval: how };
      record({ event: "approved" });
    },
    plan(id) {
      known = { ...known, plan: id };
    },
    close({ outcome, why, answer }) {
      const task = taskIn(answer);
      span?.end(outcome, { ...task, ...(why !== undefined && { why }) });
      if (action.risk === "read" && outcome !== "refused") return;
      const told = { risk: action.risk, args: shownArgs(action), ...(why !== undefined && { why }), ...task };
      try {
        record({ event: outcome, ...told, ms: now() - begun });
      } catch (error) {
        // What has happened has happened: the caller is still to hear of it.
        onDefect(`${tool.name}: the audit could not be written: ${String(error)}`);
      }
    },
  };
}

function taskIn(answer: CallToolResult | undefined): Readonly<Record<string, unknown>> {
  if (answer === undefined) return {};
  const data: Readonly<Record<string, unknown>> = { ...(answer.structuredContent as object | undefined) };
  const [first] = answer.content;
  const upid = data["upid"] ?? (first?.type === "text" ? /UPID:\S+/.exec(first.text)?.[0] : undefined);
  const told = {
    upid,
    task: data["task"],
    exitstatus: data["exitstatus"],
    ...(answer.isError === true && first?.type === "text" && { why: first.text }),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

const SECRET = "(a secret)";
const LONGEST = 500;

function shownParams(request: ApiRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(
    textsOf(request).map(([name, text]) => [
      name,
      isSecretParameter(request.route, name) ? SECRET : text.slice(0, LONGEST),
    ]),
  );
}

/** The arguments of a call, without secrets: under the names of the tool, known by the parameters they stand for. */
function shownArgs({ tool, args }: Action): unknown {
  const shown = Object.entries(args).map(([name, value]) => {
    const target = Object.hasOwn(tool.entry.accepts, name) ? tool.entry.accepts[name] : undefined;
    // What is no argument at all may be anything, a secret in the wrong place too.
    if (target === undefined) return [name, "(no argument of this tool)"] as const;
    if (typeof value === "string" && Object.hasOwn(tool.options ?? {}, name))
      return [name, withoutSecretJson(tool.operations, value)] as const;
    return [
      name,
      withoutSecrets(tool.operations, typeof target === "string" ? target : (target.for ?? name), value),
    ] as const;
  });
  return Object.fromEntries(shown);
}

function withoutSecrets(routes: readonly string[], name: string, value: unknown): unknown {
  if (routes.some((route) => isSecretParameter(route, name))) return SECRET;
  if (typeof value === "string") return withoutSecretText(routes, value);
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(routes, "", item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(routes, key, inner)]));
}

/** An object is also taken as its JSON text. */
function withoutSecretText(routes: readonly string[], text: string): unknown {
  return /^\s*[{["]/.test(text) ? withoutSecretJson(routes, text) : text.slice(0, LONGEST);
}

/** What is no JSON of an object or list, such as `cipassword=…`, cannot be searched for secrets. */
function withoutSecretJson(routes: readonly string[], text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? withoutSecrets(routes, "", value) : "(not shown)";
  } catch {
    return "(not shown)";
  }
}
