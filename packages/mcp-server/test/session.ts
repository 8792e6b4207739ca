import {
  Client,
  type ElicitRequest,
  type ElicitResult,
  InMemoryTransport,
  type JsonSchemaType,
  type JsonSchemaValidator,
  type jsonSchemaValidator,
} from "@modelcontextprotocol/client";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import type { Transport } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createClient, type PveClient } from "@pve/client";
import { createSimulator, type Simulator, type SimulatorOptions } from "@pve/simulator";
import type { Risk } from "@pve/tools";
import type { ApprovalSettings } from "../src/approval/approval-settings.js";
import { defaultApproval } from "../src/approval/approval-settings.js";
import { createApproval } from "../src/approval/create-approval.js";
import type { AuditLog } from "../src/audit/audit-log.js";
import type { Caller } from "../src/caller.js";
import type { Exposure } from "../src/exposure/exposure-settings.js";
import type { Policy } from "../src/policy/policy.js";
import type { Permissions } from "../src/run-action.js";
import { createServerFactory } from "../src/server.js";
import type { Target } from "../src/target.js";
import type { Tracer } from "../src/telemetry/tracer.js";

/** A tool's result as a test wants to see it. */
export interface Outcome {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A progress notification, as received. */
export interface ProgressSeen {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** Client, server and simulator in one process; time is the simulator's. */
export interface Session extends AsyncDisposable {
  readonly pve: Simulator;
  readonly mcp: Client;
  /** Everything that the server wrote, one JSON text a message. */
  readonly written: readonly string[];
  /** What the server told the operator about itself. */
  readonly defects: readonly string[];
  toolNames(): Promise<readonly string[]>;
  callTool(name: string, args?: Record<string, unknown>): Promise<Outcome>;
  callWithProgress(
    name: string,
    args: Record<string, unknown>,
  ): Promise<{ outcome: Outcome; seen: readonly ProgressSeen[] }>;
}

/** What a person at the client is shown, and the words that would approve it. */
export interface Asked {
  readonly message: string;
  readonly words: readonly string[];
}

/** Somebody who answers the client's questions. */
export type Person = (asked: Asked) => ElicitResult | Promise<ElicitResult>;

/** Approves whatever is asked. */
const agreeable: Person = ({ words: [name = ""] }) => ({ action: "accept", content: { name } });

export interface SessionOptions {
  /** Who sits at the client: somebody who approves everything unless given; `nobody` makes a client that cannot ask. */
  readonly person?: Person | "nobody";
  readonly approval?: Partial<ApprovalSettings>;
  /** The client does not answer questions by itself: the test has them in hand. */
  readonly manual?: true;
  readonly caller?: Caller;
  readonly policy?: Policy;
  readonly permissions?: Permissions;
  readonly audit?: AuditLog;
  readonly tracer?: Tracer;
  /** Rules of the one target. */
  readonly targetPolicy?: Policy;
  readonly allowed?: Risk;
  readonly era?: "2025-11-25" | "2026-07-28";
  readonly waitBudget?: number;
  readonly cancelTasks?: boolean;
  /** Which tools are listed; the server's own choice unless given. */
  readonly exposure?: Exposure;
  /** Picks the token from the simulator's credentials. */
  readonly token?: (pve: Simulator) => string;
  /** What the operator has said of the cluster's release. */
  readonly namedRelease?: string;
  /** Signs in as root@pam with the password instead. */
  readonly signedIn?: true;
  /** What the embedding program hands to tools. */
  readonly gives?: Target["gives"];
  /** A simulator and a client of the test's own, instead of new ones in process. */
  readonly pve?: Simulator;
  readonly client?: PveClient;
  readonly seed?: SimulatorOptions["seed"];
  readonly release?: SimulatorOptions["release"];
}

const ajv = new AjvJsonSchemaValidator();
const compiled = new Map<string, JsonSchemaValidator<never>>();

/** The client's own validators, compiled once for all sessions: compiling takes longer than most tests do. */
const sharedValidators: jsonSchemaValidator = {
  getValidator<T>(schema: JsonSchemaType): JsonSchemaValidator<T> {
    const key = JSON.stringify(schema);
    const validator = compiled.get(key) ?? ajv.getValidator<never>(schema);
    compiled.set(key, validator);
    return validator;
  },
};

/** Joins a real client, the real server and the simulator. Dispose it with `await using`. */
export async function connect(options: SessionOptions = {}): Promise<Session> {
  const pve =
    options.pve ??
    createSimulator({
      seed: options.seed ?? "three-nodes",
      ...(options.release !== undefined && { release: options.release }),
    });
  const written: string[] = [];
  const defects: string[] = [];
  const client =
    options.client ??
    createClient({
      baseUrl: pve.baseUrl,
      auth: options.signedIn
        ? { username: "root@pam", password: pve.credentials.password }
        : { token: options.token?.(pve) ?? pve.credentials.token },
      transport: (url, init) => pve.fetch(url, init),
      sleep: pve.clock.sleep,
      now: pve.clock.now,
    });
  const factory = createServerFactory({
    targets: [
      {
        name: "pve",
        allowed: options.allowed ?? "read",
        ...(options.namedRelease !== undefined && { release: options.namedRelease }),
        clientFor: () => client,
        ...(options.gives !== undefined && { gives: options.gives }),
        ...(options.targetPolicy !== undefined && { policy: options.targetPolicy }),
      },
    ],
    approval: { ...createApproval(defaultApproval), now: pve.clock.now, sleep: pve.clock.sleep, ...options.approval },
    ...(options.policy !== undefined && { policy: options.policy }),
    ...(options.permissions !== undefined && { permissions: options.permissions }),
    ...(options.audit !== undefined && { audit: options.audit }),
    ...(options.tracer !== undefined && { tracer: options.tracer }),
    waitBudget: options.waitBudget ?? 60_000,
    ...(options.cancelTasks !== undefined && { cancelTasks: options.cancelTasks }),
    version: "0.0.0-test",
    ...(options.exposure !== undefined && { exposure: options.exposure }),
    now: pve.clock.now,
    onDefect: (message) => defects.push(message),
  });
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const served = serveStdio(() => factory(options.caller), { transport: recording(serverSide, written) });
  const { person = agreeable } = options;
  const modern = options.era === "2026-07-28";
  const mcp = new Client(
    { name: "test", version: "1" },
    {
      jsonSchemaValidator: sharedValidators,
      capabilities: person === "nobody" ? {} : { elicitation: { form: {} } },
      ...(options.manual && { inputRequired: { autoFulfill: false } }),
      ...(modern && { versionNegotiation: { mode: { pin: "2026-07-28" } } }),
    },
  );
  if (person !== "nobody") mcp.setRequestHandler("elicitation/create", ({ params }) => person(askedIn(params)));
  await mcp.connect(clientSide);
  const call = async (
    name: string,
    args: Record<string, unknown>,
    onprogress?: (seen: ProgressSeen) => void,
  ): Promise<Outcome> =>
    outcomeOf(await mcp.callTool({ name, arguments: args }, onprogress === undefined ? {} : { onprogress }));
  return {
    pve,
    mcp,
    written,
    defects,
    toolNames: async () => (await mcp.listTools()).tools.map((tool) => tool.name),
    callTool: (name, args = {}) => call(name, args),
    async callWithProgress(name, args) {
      const seen: ProgressSeen[] = [];
      const outcome = await call(name, args, (progress) => seen.push(progress));
      return { outcome, seen };
    },
    async [Symbol.asyncDispose]() {
      await mcp.close();
      await served.close();
      await pve.close();
    },
  };
}

/** The words are in the title of the form's one field, as a person would read them. */
function askedIn(params: ElicitRequest["params"]): Asked {
  const field = "requestedSchema" in params ? Object.values(params.requestedSchema.properties)[0] : undefined;
  const [, words = ""] = /^Type (.*) to approve$/.exec(field?.title ?? "") ?? [];
  return { message: params.message, words: words.split(" or ") };
}

function recording(transport: InMemoryTransport, written: string[]): Transport {
  const send = transport.send.bind(transport);
  transport.send = (message, sendOptions) => {
    written.push(JSON.stringify(message));
    return send(message, sendOptions);
  };
  return transport;
}

/** The parts of a `tools/call` result that tests look at. */
export function outcomeOf(result: {
  readonly [key: string]: unknown;
  readonly isError?: unknown;
  readonly content?: unknown;
  readonly structuredContent?: unknown;
}): Outcome {
  const texts = Array.isArray(result.content)
    ? result.content.map((part: { text?: unknown }) => String(part.text ?? ""))
    : [];
  const { structuredContent } = result;
  const isRecord = typeof structuredContent === "object" && structuredContent !== null;
  return { isError: result.isError === true, text: texts.join("\n"), data: isRecord ? { ...structuredContent } : {} };
}

/** The outcome with the marks around data made equal: they are others in every answer. */
export function withEqualMarks(outcome: Outcome): Outcome {
  return { ...outcome, text: outcome.text.replaceAll(/\[(data|end) [0-9a-f]{8}\]/g, "[$1]") };
}
