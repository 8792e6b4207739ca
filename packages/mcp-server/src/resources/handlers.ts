import {
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  type Resource,
  ResourceNotFoundError,
  type ResourceTemplateType,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { CallSettings } from "../call.js";
import type { Caller } from "../caller.js";
import { targetsOf } from "../target.js";
import { type ResourceKind, resourceKinds, UnreadableResourceError } from "./resource-kinds.js";
import { addressOf, readAddress } from "./resource-uri.js";

/** The resources there is one of, for each target that the caller may name. Nothing is asked of a cluster. */
export function listResources({ targets }: CallSettings, caller: Caller): Resource[] {
  return targetsOf(targets, caller).flatMap(({ name }) =>
    resourceKinds
      .filter(({ parameters }) => parameters.length === 0)
      .map((kind) => ({ uri: addressOf(name, kind.kind), name: `${name}-${kind.kind}`, ...described(kind) })),
  );
}

/** The templates for the others. `target` is a variable where the caller may name several. */
export function listTemplates({ targets }: CallSettings, caller: Caller): ResourceTemplateType[] {
  const reachable = targetsOf(targets, caller);
  const target = reachable.length === 1 ? encodeURIComponent(reachable[0]?.name ?? "") : "{target}";
  return resourceKinds
    .filter(({ parameters }) => parameters.length > 0)
    .map((kind) => ({
      uriTemplate: `pve://${[target, kind.kind, ...kind.parameters.map((name) => `{${name}}`)].join("/")}`,
      name: kind.kind,
      ...described(kind),
    }));
}

function described({ title, description, mimeType }: ResourceKind) {
  return { title, description, mimeType };
}

/**
 * Reads a resource on the same path as a tool call.
 *
 * @throws ResourceNotFoundError for an address that names nothing
 * @throws ProtocolError when the cluster refuses or does not answer
 */
export async function readResource(
  settings: CallSettings,
  caller: Caller,
  uri: string,
  context: ServerContext,
): Promise<ReadResourceResult> {
  const address = readAddress(uri);
  const target = targetsOf(settings.targets, caller).find(({ name }) => name === address?.target);
  const kind = resourceKinds.find((one) => one.kind === address?.kind);
  if (address === undefined || target === undefined || kind?.parameters.length !== address.values.length) {
    throw new ResourceNotFoundError(uri);
  }
  try {
    const text = await kind.read({ settings, target, caller, context }, address.values);
    return { contents: [{ uri, mimeType: kind.mimeType, text }] };
  } catch (error) {
    if (!(error instanceof UnreadableResourceError)) throw error;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
  }
}
