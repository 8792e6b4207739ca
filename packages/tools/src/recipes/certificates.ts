import { ToolNotFoundError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type JsonSchema, listOf, openObject } from "../schema.js";
import { EMPTY, notesSchema, plain, project } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

const text: JsonSchema = { type: "string" };
const SHOWN = ["filename", "subject", "issuer", "san", "fingerprint", "notafter"];

/** Accounts with certificate authorities. */
export const acmeAccountsOutput = openObject(
  {
    items: listOf(
      openObject({ name: text, status: text, contact: listOf(text), directory: text, tos: text }, ["name"]),
    ),
    count: { type: "integer" },
    notes: notesSchema,
  },
  ["items", "count"],
);

/** The accounts with their details, as far as they can be read. */
export async function acmeAccounts(call: Invocation): Promise<Answer> {
  const rows = await call.pve.call("GET /cluster/acme/account", {}, call.watch);
  const names = rows.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const read = await Promise.all(
    names.map(async (name) => {
      const route = "GET /cluster/acme/account/{name}";
      const details = await attempt(`account ${name}`, call.pve.call(route, { name }, call.watch));
      const { account, directory, tos } = {
        account: undefined,
        directory: undefined,
        tos: undefined,
        ...foundOf(details),
      };
      const { status, contact } = isRecord(account) ? account : { status: undefined, contact: undefined };
      return { shown: plain({ name, status, contact, directory, tos }), missing: missingOf([details]) };
    }),
  );
  const notes = [...(names.length === 0 ? [EMPTY] : []), ...read.flatMap((one) => one.missing)];
  return { items: read.map((one) => one.shown), count: names.length, ...(notes.length > 0 && { notes }) };
}

/** Removes the certificate that stands in place of the node's own. PVE itself says nothing when there is none. */
export async function deleteCertificate(call: Invocation): Promise<Answer> {
  const node = String(call.params["node"]);
  const rows = await call.pve.call("GET /nodes/{node}/certificates/info", { node }, call.watch);
  const custom = rows.find((row) => row.filename === "pveproxy-ssl.pem");
  if (custom === undefined) {
    throw new ToolNotFoundError(`${node} has no certificate but its own`, "get_node_cert shows which it serves.");
  }
  await callOperation(call, call.tool.entry.operation, call.params);
  return { done: true, was: project({ ...custom }, SHOWN) };
}
