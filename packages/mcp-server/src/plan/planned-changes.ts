import { configChanges, type PveClient } from "@pve/client";
import { type ApiRequest, textsOf, valuesOf } from "../policy/api-request.js";
import { recordOf, type Settings, settingsOf } from "../policy/record.js";
import { isSecretParameter } from "../policy/secret-parameters.js";

/** One setting, or a part of one such as `net0.tag`, before and after. */
export interface PlannedChange {
  readonly key: string;
  readonly before?: string;
  readonly after?: string;
}

/** What a request would change of what can be read, and what would be gone. */
export interface PlannedChanges {
  readonly changes: readonly PlannedChange[];
  readonly lost: readonly string[];
}

const DISK = /^(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp)\d+$|^rootfs$/;

/** Reads what a request is about and compares: settings by what they mean, property strings part by part. */
export async function plannedChanges(
  client: PveClient,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<PlannedChanges> {
  const { route } = request;
  const isUpdate = route.startsWith("PUT ") || route.endsWith("/config");
  if (!isUpdate && !route.startsWith("DELETE ")) return { changes: [], lost: [] };
  const record = await recordOf(client, request, signal);
  if (record === undefined) return { changes: [], lost: [] };
  const current = settingsOf(record);
  const deed = /\/(?:qemu|lxc)\/\{vmid\}\/((?!config$|firewall\b)\w+)/.exec(route)?.[1];
  if (deed !== undefined) return ofDeed(deed, request, current);
  if (!isUpdate) return { changes: [], lost: lostWith(route, current) };
  const gone = valuesOf(request, "delete");
  const kept = Object.entries(current).filter(([key]) => !gone.includes(key));
  const next: Settings = { ...Object.fromEntries(kept), ...settingsIn(request) };
  const unused = gone.filter((key) => /^unused\d+$/.test(key)).map((key) => `${key}: ${current[key] ?? ""}`);
  return { changes: await compared(route, current, next), lost: unused };
}

/** What is done to a guest through a path of its own; its configuration is then not what the request sets or deletes. */
function ofDeed(deed: string, request: ApiRequest, current: Settings): PlannedChanges {
  const of = (name: string) => valuesOf(request, name);
  const disks = (keys: readonly string[]) => keys.map((key) => `${key}: ${current[key]?.split(",")[0] ?? ""}`);
  const none = { changes: [], lost: [] };
  if (deed === "snapshot" && request.route.startsWith("DELETE "))
    return { ...none, lost: of("snapname").map((name) => `snapshot: ${name}`) };
  // Without force a disk that is in use is only detached.
  const isForced = of("force").includes("1");
  if (deed === "unlink")
    return { ...none, lost: disks(of("idlist").filter((key) => isForced || key.startsWith("unused"))) };
  if (deed !== "resize") return none;
  const sizeOf = (disk: string) => /(?:^|,)size=([^,]+)/.exec(current[disk] ?? "")?.[1];
  const changes = of("disk").flatMap((disk) => changeOf(`${disk}.size`, sizeOf(disk), of("size")[0]));
  return { ...none, changes };
}

function lostWith(route: string, current: Settings): readonly string[] {
  if (!/\{vmid\}$/.test(route)) return tellableOf(route, current).map(([key, value]) => `${key}: ${value}`);
  const disks = Object.entries(current).filter(([key, value]) => DISK.test(key) && !value.includes("media=cdrom"));
  return disks.map(([key, value]) => `${key}: ${value.split(",")[0]}`);
}

function tellableOf(route: string, record: Settings): readonly (readonly [string, string])[] {
  return Object.entries(record).filter(([key]) => key !== "digest" && !isSecretParameter(route, key));
}

/** The settings among a request's parameters: not what names the object, nor how the request is to be carried out. */
function settingsIn(request: ApiRequest): Settings {
  const inPath = [...request.route.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
  const others = new Set([...inPath, "delete", "digest", "revert", "background_delay", "force", "skiplock"]);
  return Object.fromEntries(textsOf(request).filter(([name]) => !others.has(name)));
}

async function compared(route: string, before: Settings, after: Settings): Promise<readonly PlannedChange[]> {
  const kind = /\/(qemu|lxc)\/\{vmid\}\/config$/.exec(route)?.[1];
  const differing =
    kind === undefined
      ? keysOf(before, after).filter((key) => before[key] !== after[key])
      : await configChanges(before, after, kind === "lxc" ? "lxc" : "qemu").then((found) => [
          ...Object.keys(found.set),
          ...found.delete,
        ]);
  return differing
    .filter((key) => key !== "digest")
    .sort()
    .flatMap((key) => (isSecretParameter(route, key) ? [{ key }] : changesOf(key, before[key], after[key])));
}

/** A property string's parts one by one; anything else as a whole. */
function changesOf(key: string, before: string | undefined, after: string | undefined): readonly PlannedChange[] {
  const [old, fresh] = [partsOf(before), partsOf(after)];
  if (old === undefined || fresh === undefined) return [changeOf(key, before, after)];
  return keysOf(old, fresh)
    .filter((part) => old[part] !== fresh[part])
    .map((part) => changeOf(part === "" ? key : `${key}.${part}`, old[part], fresh[part]));
}

/** `virtio=AA,bridge=vmbr0` by its parts; the one without a name has an empty one. */
function partsOf(text: string | undefined): Settings | undefined {
  if (text === undefined || !text.includes("=")) return undefined;
  const pairs = text.split(",").map((part) => {
    const equals = part.indexOf("=");
    return equals === -1 ? ["", part] : [part.slice(0, equals), part.slice(equals + 1)];
  });
  return Object.fromEntries(pairs);
}

function keysOf(one: Settings, other: Settings): readonly string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])];
}

function changeOf(key: string, before: string | undefined, after: string | undefined): PlannedChange {
  return { key, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}
