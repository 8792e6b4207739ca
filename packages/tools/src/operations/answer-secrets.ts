import type { OperationId } from "@pve/client";
import { isRecord, type Json } from "../schema.js";

/** Operations that answer with a secret which PVE shows this once, and in which fields. */
const once: Readonly<Partial<Record<OperationId, readonly string[]>>> = {
  "POST /access/openid/login": ["ticket", "CSRFPreventionToken"],
  "POST /access/tfa/{userid}": ["recovery", "challenge"],
  "POST /access/ticket": ["ticket", "CSRFPreventionToken"],
  "POST /access/users/{userid}/token/{tokenid}": ["value"],
  "PUT /access/users/{userid}/token/{tokenid}": ["value"],
  "POST /nodes/{node}/lxc/{vmid}/mtunnel": ["ticket"],
  "POST /nodes/{node}/lxc/{vmid}/spiceproxy": ["password"],
  "POST /nodes/{node}/lxc/{vmid}/termproxy": ["ticket"],
  "POST /nodes/{node}/lxc/{vmid}/vncproxy": ["ticket", "password"],
  "POST /nodes/{node}/qemu/{vmid}/mtunnel": ["ticket"],
  "POST /nodes/{node}/qemu/{vmid}/spiceproxy": ["password"],
  "POST /nodes/{node}/qemu/{vmid}/termproxy": ["ticket"],
  "POST /nodes/{node}/qemu/{vmid}/vncproxy": ["ticket", "password"],
  "POST /nodes/{node}/spiceshell": ["password"],
  "POST /nodes/{node}/termproxy": ["ticket"],
  "POST /nodes/{node}/vncshell": ["ticket", "password"],
};

/** Operations whose answer repeats a stored secret, and in which fields. */
const stored: Readonly<Partial<Record<OperationId, readonly string[]>>> = {
  "GET /access/domains/{realm}": ["client-key"],
  "GET /cluster/acme/plugins": ["data"],
  "GET /cluster/acme/plugins/{id}": ["data"],
  "GET /cluster/sdn/dns": ["key"],
  "GET /cluster/sdn/dns/{dns}": ["key"],
  "GET /cluster/sdn/ipams": ["token"],
  "GET /cluster/sdn/ipams/{ipam}": ["token"],
};

/** Hidden in every answer, whatever the operation says about its fields. */
const ALWAYS: ReadonlySet<string> = new Set(["CSRFPreventionToken", "cipassword", "password", "ticket"]);

/** What stands in the place of a secret. */
const HIDDEN = "(hidden)";

/** Whether the operation answers with a secret that PVE shows this once. */
export function shownOnce(route: string): boolean {
  return fieldsOf(once, route) !== undefined;
}

/** What an operation answered, without secrets, and the secrets by the name of their field. */
export interface Separated {
  readonly value: Json;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Takes the secrets out of what an operation answered. */
export function separateSecrets(route: string, value: Json): Separated {
  const named = new Set([...ALWAYS, ...(fieldsOf(once, route) ?? []), ...(fieldsOf(stored, route) ?? [])]);
  const secrets: Record<string, string> = {};
  const clean = (inner: Json): Json => {
    if (typeof inner === "string") return route.endsWith("/cloudinit/dump") ? withoutPasswords(inner) : inner;
    if (Array.isArray(inner)) return inner.map(clean);
    if (!isRecord(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner as Readonly<Record<string, Json>>).map(([key, member]) => {
        if (!named.has(key) && !isSecretRow(inner, key)) return [key, clean(member)];
        secrets[key] = typeof member === "string" ? member : JSON.stringify(member);
        return [key, HIDDEN];
      }),
    );
  };
  return { value: clean(value), secrets };
}

/** `{ key: "cipassword", value: … }`, as settings are listed that wait for a restart. */
function isSecretRow(row: Readonly<Record<string, unknown>>, key: string): boolean {
  return ALWAYS.has(String(row["key"])) && ["value", "pending", "old", "new"].includes(key);
}

function withoutPasswords(text: string): string {
  return text.replaceAll(/^([ \t]*-?[ \t]*\w*passw(?:or)?d:[ \t]*)\S.*$/gim, `$1${HIDDEN}`);
}

function fieldsOf(
  table: Readonly<Partial<Record<string, readonly string[]>>>,
  route: string,
): readonly string[] | undefined {
  return Object.hasOwn(table, route) ? table[route] : undefined;
}
