import { Server } from "@modelcontextprotocol/server";
import { defaultApproval } from "./approval/approval-settings.js";
import type { CallSettings } from "./call.js";
import { type Caller, localCaller } from "./caller.js";
import type { Exposure } from "./exposure/exposure-settings.js";
import { instructionsFor } from "./instructions.js";
import type { Safety } from "./safety.js";
import { furthestReach, targetsOf } from "./target.js";

/** Loads what answers requests, and the catalogue with it. The handshake does without, so it need not wait for that. */
export const loadAnswers = () => {
  loading ??= import("./answers.js");
  return loading;
};

let loading: Promise<typeof import("./answers.js")> | undefined;

/** What a server is made from. */
export interface ServerSettings extends Omit<CallSettings, "approval"> {
  readonly version: string;
  /**
   * Awaited before anything but a greeting is answered: what `targets` need to be asked. What it resolves to goes before
   * these settings.
   */
  readonly prepare?: () => Promise<Partial<Safety>>;
  /**
   * Hears of every tool call that ended: `done`, `failed` (the result says why), or `rejected` where there was no such tool
   * or target. The name is that of a tool, or `unknown`.
   */
  readonly onToolCall?: (tool: string, outcome: "done" | "failed" | "rejected", seconds: number) => void;
  /** How approval is sought; of the person at the client, within five minutes, unless given. */
  readonly approval?: CallSettings["approval"];
  /** Which tools are listed; a choice of the most useful unless given. */
  readonly exposure?: Exposure;
}

/** The list changes only with the server's version, its settings and the caller, so a client may keep it this long. */
const LIST_TTL = 3_600_000;
const LISTS = ["tools/list", "resources/list", "resources/templates/list", "prompts/list", "server/discover"] as const;

/**
 * Makes a factory of MCP servers, one for each caller. Servers hold no state of their own: what one answers follows from
 * the settings, the caller and the request. Nothing is asked of a cluster before a tool is called.
 */
export function createServerFactory(settings: ServerSettings): (caller?: Caller) => Server {
  // All servers of a factory share what is made here, so that an approval is used once whichever of them hears of it.
  let complete: Complete | undefined;
  const ready = async (): Promise<Ready> => {
    const prepared = await settings.prepare?.();
    const answers = await loadAnswers();
    complete ??= { approval: answers.createApproval(defaultApproval), ...settings, ...prepared };
    return { answers, complete };
  };
  return (caller = localCaller) => serverFor(settings, ready, caller);
}

type Complete = CallSettings & ServerSettings;

/** What answers requests, and the settings that it goes by. */
interface Ready {
  readonly answers: Awaited<ReturnType<typeof loadAnswers>>;
  readonly complete: Complete;
}

function serverFor(settings: ServerSettings, ready: () => Promise<Ready>, caller: Caller): Server {
  const { targets, version, waitBudget } = settings;
  const cacheHint = { ttlMs: LIST_TTL, cacheScope: "private" } as const;
  const server = new Server(
    { name: "pve-mcp", title: "Proxmox VE", version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
      instructions: instructionsFor({
        reach: furthestReach(targets, caller),
        waitBudget,
        targets: targetsOf(targets, caller).map(({ name }) => name),
      }),
      cacheHints: Object.fromEntries(LISTS.map((list) => [list, cacheHint])),
    },
  );
  server.setRequestHandler("tools/list", async () => {
    const { answers, complete } = await ready();
    return { tools: await answers.toolsOnView(complete, caller) };
  });
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const { answers, complete } = await ready();
    return answers.watchedCall(complete, caller, params, context);
  });
  server.setRequestHandler("resources/list", async () => {
    const { answers, complete } = await ready();
    return { resources: answers.listResources(complete, caller) };
  });
  server.setRequestHandler("resources/templates/list", async () => {
    const { answers, complete } = await ready();
    return { resourceTemplates: answers.listTemplates(complete, caller) };
  });
  server.setRequestHandler("resources/read", async ({ params }, context) => {
    const { answers, complete } = await ready();
    return answers.readResource(complete, caller, params.uri, context);
  });
  server.setRequestHandler("prompts/list", async () => ({ prompts: (await ready()).answers.listPrompts() }));
  server.setRequestHandler("prompts/get", async ({ params }) =>
    (await ready()).answers.getPrompt(params.name, params.arguments),
  );
  server.setRequestHandler("completion/complete", async ({ params }, context) => {
    const { answers, complete } = await ready();
    return answers.complete(complete, caller, params, context);
  });
  return server;
}
