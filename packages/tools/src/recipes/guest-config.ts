import type { ResultOf } from "@pve/client";
import { type Answer, guestOf, type Invocation, kindOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema, plain, type Row } from "../window.js";

/** Settings whose value is never shown; PVE masks them too, in some answers. */
const SECRET = new Set(["cipassword", "password", "encryption-key", "keyring", "keys"]);

type PendingRow =
  | ResultOf<"GET /nodes/{node}/qemu/{vmid}/pending">[number]
  | ResultOf<"GET /nodes/{node}/lxc/{vmid}/pending">[number];

const pendingRow: JsonSchema = openObject(
  {
    key: { type: "string" },
    value: { description: "What is in force." },
    pending: { description: "What comes with the next start." },
    delete: { type: "boolean", description: "It goes with the next start." },
  },
  ["key"],
);

/** What the configuration of a guest looks like. */
export const guestConfigOutput = openObject(
  {
    vmid: { type: "integer" },
    node: { type: "string" },
    config: { type: "object", description: "By key; property strings such as net0 taken apart." },
    digest: { type: "string", description: "Given to an update, it refuses to overwrite somebody else's change." },
    pending: listOf(pendingRow, "Changes that wait for the next start."),
    notes: notesSchema,
  },
  ["vmid", "node", "config"],
);

/** The configuration of a guest, or of one of its snapshots, and what of it waits for a restart. */
export async function guestConfig(call: Invocation): Promise<Answer> {
  const [config, pending] = await Promise.all([
    readConfig(call, call.params),
    call.params["snapshot"] === undefined ? readPending(call) : Promise.resolve(undefined),
  ]);
  const { digest, ...keys } = config;
  return {
    ...guestOf(call),
    config: plain(withoutSecrets(keys)),
    ...(typeof digest === "string" && { digest }),
    ...(pending !== undefined && { pending: pending.map(showPending) }),
  };
}

/** The decoded configuration of the guest that a tool works on. */
export async function readConfig(
  call: Invocation,
  params: Readonly<Record<string, unknown>> = guestOf(call),
): Promise<Row> {
  const kind = kindOf(call);
  const config = await callOperation(call, `GET /nodes/{node}/${kind}/{vmid}/config`, params);
  return isRecord(config) ? config : {};
}

/** The keys of a guest's configuration that wait for its next start. */
export async function readPending(call: Invocation): Promise<readonly PendingRow[]> {
  const guest = guestOf(call);
  const rows: readonly PendingRow[] =
    kindOf(call) === "lxc"
      ? await call.pve.call("GET /nodes/{node}/lxc/{vmid}/pending", guest, call.watch)
      : await call.pve.call("GET /nodes/{node}/qemu/{vmid}/pending", guest, call.watch);
  return rows.filter((row) => row.pending !== undefined || isDeleted(row));
}

/** The same keys, with the values of secret ones hidden. */
export function withoutSecrets(config: Row): Row {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, isSecret(key) ? "(hidden)" : value]));
}

/** Whether the value of a setting is a secret. */
export function isSecret(key: string): boolean {
  return SECRET.has(key);
}

function showPending(row: PendingRow): Answer {
  const { key, value, pending } = row;
  const hide = (shown: unknown) => (isSecret(key) ? "(hidden)" : plain(shown));
  return {
    key,
    ...(value !== undefined && { value: hide(value) }),
    ...(pending !== undefined && { pending: hide(pending) }),
    ...(isDeleted(row) && { delete: true }),
  };
}

/** PVE says 1 for "goes" and 2 for "goes, with its volume". */
function isDeleted(row: PendingRow): boolean {
  return row.delete !== undefined && Number(row.delete) > 0;
}
