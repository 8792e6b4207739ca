import { clientOf } from "./any-release.js";
import type { CallOptions } from "./call-options.js";
import type { PveHandle } from "./client.js";
import { decodeValue } from "./decode.js";
import { isRecord } from "./encode.js";
import type { ParamsOf } from "./generated/types.gen.js";
import type { OperationSpec, PropertyCodec } from "./operation.js";
import { findOperation, findParam } from "./table.js";

/** The kind of a guest, as the API's paths call it. */
export type GuestKind = "qemu" | "lxc";

/** What has to be sent so that one configuration becomes another. */
export interface ConfigChanges {
  /** Keys that are new or mean something else, with their new values. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Keys that are gone. */
  readonly delete: readonly string[];
  /** The old configuration's digest: PVE refuses the change if somebody else was faster. */
  readonly digest?: string;
}

/** A guest's configuration: as `GET …/config` gives it, as PVE writes it, or a mixture. */
export type GuestConfig = object;

/** Which guest. */
export interface GuestRef {
  readonly node: string;
  readonly vmid: number;
  /** Default: `qemu`. */
  readonly kind?: GuestKind | undefined;
}

/** What a configuration holds that nobody can set. */
const DIGEST = "digest";

/**
 * Compares two configurations of a guest by what they mean: the order inside a property string, its aliases, `1` or `on`
 * or `true`, `"8192"` or 8192 make no difference. A key that is missing, `undefined` or `null` in the new one is deleted,
 * unless it is one that PVE alone writes.
 */
export async function configChanges(
  old: GuestConfig,
  next: GuestConfig,
  kind: GuestKind = "qemu",
): Promise<ConfigChanges> {
  const path = `/nodes/{node}/${kind}/{vmid}/config`;
  const [read, write, { propertyCodec }] = await Promise.all([
    findOperation(`GET ${path}`),
    findOperation(`PUT ${path}`),
    import("./property-codec.js"),
  ]);
  const before = meaning(old, read.spec, propertyCodec);
  const after = meaning(next, read.spec, propertyCodec);
  const given = Object.entries(next).filter(([key, value]) => key !== DIGEST && value !== undefined && value !== null);
  const kept = new Set(given.map(([key]) => key));
  const set = Object.fromEntries(given.filter(([key]) => !isSame(before[key], after[key])));
  const gone = Object.keys(before).filter(
    (key) =>
      key !== DIGEST &&
      before[key] !== undefined &&
      before[key] !== null &&
      !kept.has(key) &&
      canUnset(key, write.spec),
  );
  const { digest } = before;
  return { set, delete: gone, ...(typeof digest === "string" ? { digest } : {}) };
}

/**
 * Makes one configuration of a guest into another, sending only what differs, with the old one's digest. Nothing is sent
 * when they mean the same. Routes: `PUT /nodes/{node}/qemu/{vmid}/config`, `PUT /nodes/{node}/lxc/{vmid}/config`.
 * @returns what was sent
 * @throws PveRequestError with kind `conflict` when the configuration was changed since the old one was read
 */
export async function updateConfig(
  pve: PveHandle,
  { node, vmid, kind = "qemu" }: GuestRef,
  old: GuestConfig,
  next: GuestConfig,
  options: CallOptions = {},
): Promise<ConfigChanges> {
  const changes = await configChanges(old, next, kind);
  if (Object.keys(changes.set).length === 0 && changes.delete.length === 0) return changes;
  const { set, delete: gone, digest } = changes;
  const params = { ...set, node, vmid, ...(gone.length > 0 && { delete: gone }), ...(digest && { digest }) };
  // The table checks what the types cannot know here.
  if (kind === "lxc") await clientOf(pve).call(LXC, params as ParamsOf<typeof LXC>, options);
  else await clientOf(pve).call(QEMU, params as ParamsOf<typeof QEMU>, options);
  return changes;
}

const QEMU = "PUT /nodes/{node}/qemu/{vmid}/config";
const LXC = "PUT /nodes/{node}/lxc/{vmid}/config";

/** A configuration in its declared form; the caller's stays as it was. */
function meaning(
  config: GuestConfig,
  { returns }: OperationSpec,
  codec: PropertyCodec,
): Readonly<Record<string, unknown>> {
  const copy: unknown = returns === undefined ? { ...config } : decodeValue({ ...config }, returns, codec);
  return isRecord(copy) ? copy : {};
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isSame(a[key], b[key]));
}

function canUnset(key: string, spec: OperationSpec): boolean {
  const param = findParam(key, spec);
  return param !== undefined && !param.required;
}
