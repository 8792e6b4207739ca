import type { PveClient } from "@pve/client";
import { type Arguments, familyOf } from "./arguments.js";
import { ToolPreconditionError } from "./errors.js";
import type { ResolvedTool } from "./resolved.js";
import { isRecord } from "./schema.js";

/** What a call asks of the cluster's release. */
interface Needed {
  /** The tool, or an argument of it. */
  readonly what: string;
  readonly release: string;
}

/** The release of each cluster, as it said when it was first asked. */
const releases = new WeakMap<PveClient, Promise<string>>();

/**
 * Refuses what the cluster's release does not have, before anything of it is sent. The cluster is asked for its release
 * only when the tool, or an argument that was given, is younger than the oldest supported one, and again only before a
 * refusal: it may have been upgraded.
 *
 * @throws ToolPreconditionError naming the release that is needed.
 */
export async function checkRelease(
  tool: ResolvedTool,
  args: Arguments,
  client: PveClient,
  watch: { readonly signal?: AbortSignal },
): Promise<void> {
  const needed = neededBy(tool, args);
  if (needed === undefined) return;
  const { what, release } = needed;
  const known = await releases.get(client.root);
  if (known !== undefined && isAtLeast(known, release)) return;
  const now = await ask(client, watch);
  if (isAtLeast(now, release)) return;
  throw new ToolPreconditionError(
    `${what} came with PVE ${release}, and this cluster runs ${now}; nothing was sent`,
    what === tool.name ? "search_tools finds other ways." : "Leave the argument out, or have the cluster upgraded.",
  );
}

/** Whether a release is another one or a later one: `9.1` is at least `8.4`. */
export function isAtLeast(release: string, other: string): boolean {
  const [major = 0, minor = 0] = release.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split(".").map(Number);
  return major === otherMajor ? minor >= otherMinor : major > otherMajor;
}

/** The youngest of what is used; the tool itself before its arguments. */
function neededBy(tool: ResolvedTool, args: Arguments): Needed | undefined {
  const given = Object.entries(args).flatMap(([name, value]) => [
    name,
    ...(tool.options?.[name] !== undefined && isRecord(value) ? Object.keys(value).map((key) => `${name}.${key}`) : []),
  ]);
  const all = [
    { what: tool.name, release: tool.since },
    ...given.map((name) => ({ what: name, release: tool.sinceOf?.[name] ?? tool.sinceOf?.[familyOf(name)] })),
  ];
  const young = all.flatMap(({ what, release }) => (release === undefined ? [] : [{ what, release }]));
  return young.reduce<Needed | undefined>(
    (most, one) => (most === undefined || !isAtLeast(most.release, one.release) ? one : most),
    undefined,
  );
}

async function ask(client: PveClient, watch: { readonly signal?: AbortSignal }): Promise<string> {
  const asking = client.call("GET /version", {}, watch).then(({ release }) => release);
  releases.set(client.root, asking);
  try {
    return await asking;
  } catch (error) {
    releases.delete(client.root);
    throw error;
  }
}
