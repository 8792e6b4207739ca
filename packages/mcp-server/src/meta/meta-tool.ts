import type { ServerContext, ToolAnnotations } from "@modelcontextprotocol/server";
import type { ObjectSchema, Risk } from "@pve/tools";
import type { CallSettings } from "../call.js";
import type { Caller } from "../caller.js";
import type { CallAnswer } from "../run-action.js";

/** A tool about tools. It is always listed, and nothing of what it needs is loaded before it is called. */
export interface MetaTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: ObjectSchema;
  /** It runs other tools, so it has to be told on which cluster. */
  readonly runs?: true;
  /** What a client may think of it, by how far the caller may go. */
  readonly annotations: (reach: Risk) => ToolAnnotations;
  /** How far a caller has to be allowed to go for it to be of use; everybody unless given. */
  readonly from?: Risk;
  readonly run: (
    settings: CallSettings,
    caller: Caller,
    args: Readonly<Record<string, unknown>>,
    context: ServerContext,
  ) => Promise<CallAnswer>;
}

/** What is said of a tool that looks and does nothing else. */
export const looks = (): ToolAnnotations => ({ readOnlyHint: true, openWorldHint: false });
