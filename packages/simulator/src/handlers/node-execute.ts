import { PveFailure } from "../failure.js";
import { type BatchItem, readBatch } from "../formats-documents.js";
import type { Call, Handlers } from "../handler.js";
import { need } from "./guest-call.js";
import { nodeNamed } from "./node-named.js";

/** Several requests to one node in one, in their order; one that is refused does not stop the others. */
async function execute(call: Call): Promise<unknown> {
  const { node } = nodeNamed(call);
  const batch = readBatch(need(call, "commands"));
  const answers: unknown[] = [];
  for (const item of typeof batch === "string" ? [] : batch) {
    answers.push(await answerOf(call, node, item));
  }
  return answers;
}

async function answerOf(call: Call, node: string, { method, path, args }: BatchItem): Promise<unknown> {
  try {
    const data = await call.inside?.(method, `/nodes/${node}/${path}`.replace(/\/+/g, "/"), args ?? {});
    return { status: 200, data: data ?? null };
  } catch (error) {
    if (!(error instanceof PveFailure)) {
      throw error;
    }
    const { status, message, errors } = error;
    return { status, message: `${message}\n`, ...(errors ? { errors } : {}) };
  }
}

export const executeHandlers: Handlers = { "POST /nodes/{node}/execute": execute };
