import { Server } from "@modelcontextprotocol/server";
import { createApproval, defaultApproval } from "./approval/create-approval.js";
import type { CallSettings } from "./call.js";
import { type Caller, localCaller } from "./caller.js";
import type { Exposure } from "./exposure/exposure-settings.js";
import { instructionsFor } from "./instructions.js";
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
  /** Awaited before anything but a greeting is answered: what `targets` need to be asked. */
  readonly prepare?: () => Promise<void>;
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
  const complete = { approval: createApproval(defaultApproval), ...settings };
  return (caller = localCaller) => serverFor(complete, caller);
}

function serverFor(settings: CallSettings & ServerSettings, caller: Caller): Server {
  const { targets, version, waitBudget } = settings;
  const answers = async () => {
    await settings.prepare?.();
    return loadAnswers();
  };
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
  server.setRequestHandler("tools/list", async () => ({
    tools: await (await answers()).toolsOnView(settings, caller),
  }));
  server.setRequestHandler("tools/call", async ({ params }, context) =>
    (await answers()).watchedCall(settings, caller, params, context),
  );
  server.setRequestHandler("resources/list", async () => ({
    resources: (await answers()).listResources(settings, caller),
  }));
  server.setRequestHandler("resources/templates/list", async () => ({
    resourceTemplates: (await answers()).listTemplates(settings, caller),
  }));
  server.setRequestHandler("resources/read", async ({ params }, context) =>
    (await answers()).readResource(settings, caller, params.uri, context),
  );
  server.setRequestHandler("prompts/list", async () => ({ prompts: (await answers()).listPrompts() }));
  server.setRequestHandler("prompts/get", async ({ params }) =>
    (await answers()).getPrompt(params.name, params.arguments),
  );
  server.setRequestHandler("completion/complete", async ({ params }, context) =>
    (await answers()).complete(settings, caller, params, context),
  );
  return server;
}
