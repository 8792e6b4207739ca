import type { CallOptions, RawCallOptions } from "./call-options.js";
import type { Authenticator } from "./credentials.js";
import { decodeValue } from "./decode.js";
import { PveConfigError, PveProtocolError } from "./errors.js";
import type { Http } from "./http.js";
import type { Meta } from "./meta.js";
import type { OperationSpec, PropertyCodec } from "./operation.js";
import { findOperation } from "./table.js";
import { Task, type TaskContext } from "./task.js";
import type { Answer } from "./transport.js";
import { isUpid } from "./upid.js";
import { verifyParams } from "./verify.js";

/** Makes one call by its route; `heard` gets the answer before it is judged. */
export type Answerer = (
  id: string,
  params: Readonly<Record<string, unknown>>,
  options: CallOptions | RawCallOptions,
  heard: (answer: Answer) => void,
) => Promise<Meta<unknown>>;

/** The interpreter of the operation table: looks the operation up, checks and encodes, sends, decodes. */
export function createInterpreter(
  exchange: Http["exchange"],
  auth: Pick<Authenticator, "isToken">,
  tasks: TaskContext,
): Answerer {
  return async (id, params, options, heard) => {
    const { route, spec } = await findOperation(id);
    if (spec.ticketOnly && auth.isToken) {
      throw new PveConfigError(`${id}: PVE refuses API tokens here; make a client with username and password`);
    }
    const codec = spec.strings ? (await import("./property-codec.js")).propertyCodec : undefined;
    const wire = await verifyParams(route, spec, params, codec);
    const answered = await exchange(route, wire, options, heard);
    if (options.decode === "raw") return answered;
    return { ...answered, data: readResult(id, answered.data, spec, codec, tasks) };
  };
}

function readResult(
  id: string,
  data: unknown,
  spec: OperationSpec,
  codec: PropertyCodec | undefined,
  context: TaskContext,
): unknown {
  if (spec.task !== undefined) return readTask(id, data, spec.task, context);
  if (data === null && spec.root === "array") return [];
  return spec.returns === undefined ? data : decodeValue(data, spec.returns, codec);
}

function readTask(
  id: string,
  data: unknown,
  kind: NonNullable<OperationSpec["task"]>,
  context: TaskContext,
): Task | string | null {
  if (isUpid(data)) return new Task(data, context);
  if (kind === "or-null" && data === null) return null;
  if (kind === "or-text" && typeof data === "string") return data;
  throw new PveProtocolError(id, 200, "answered without a task id; whether a task runs is unknown");
}
