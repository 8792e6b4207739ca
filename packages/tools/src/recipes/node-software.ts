import type { Answer, Invocation } from "../invocation.js";
import { isRecord, type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema, plain, type Row } from "../window.js";

const text: JsonSchema = { type: "string" };

/** Where packages come from. */
export const repositoriesOutput = openObject(
  {
    node: text,
    items: listOf(
      openObject({
        path: text,
        index: { type: "integer", description: "Place in the file, from 0." },
        enabled: { type: "boolean" },
        uris: listOf(text),
        suites: listOf(text),
        components: listOf(text),
        comment: text,
      }),
    ),
    standard: listOf(openObject({ handle: text, name: text, enabled: { type: "boolean" } }), "PVE's own repositories."),
    problems: listOf(text, "Files that cannot be read, and warnings."),
    notes: notesSchema,
  },
  ["node", "items", "standard", "problems"],
);

/** A subscription without its key. */
export const subscriptionOutput = openObject(
  {
    node: text,
    status: { ...text, description: "active, notfound, invalid, expired, new or suspended." },
    level: { ...text, description: "c: community, b: basic, s: standard, p: premium." },
    productname: text,
    nextduedate: text,
    key: { ...text, description: "Cut short." },
    message: text,
    notes: notesSchema,
  },
  ["node", "status"],
);

/** The repositories of a node, entry by entry. */
export async function repositories(call: Invocation): Promise<Answer> {
  const node = String(call.params["node"]);
  const found: Row = { ...(await call.pve.call("GET /nodes/{node}/apt/repositories", { node }, call.watch)) };
  const items = recordsOf(found["files"]).flatMap((file) =>
    recordsOf(file["repositories"]).map((row, index) =>
      plain({
        path: file["path"],
        index,
        enabled: isOn(row["Enabled"]),
        uris: row["URIs"],
        suites: row["Suites"],
        components: row["Components"],
        comment: row["Comment"] === "" ? undefined : row["Comment"],
      }),
    ),
  );
  const standard = recordsOf(found["standard-repos"]).map((row) =>
    plain({ handle: row["handle"], name: row["name"], enabled: isOn(row["status"]) }),
  );
  const errors = recordsOf(found["errors"]).map((row) => `${String(row["path"])}: ${String(row["error"])}`);
  const warnings = recordsOf(found["infos"])
    .filter((row) => row["kind"] === "warning")
    .map((row) => `${String(row["path"])}[${String(row["index"])}]: ${String(row["message"])}`);
  return { node, items, standard, problems: [...errors, ...warnings] };
}

/** What PVE knows of a node's subscription. */
export async function subscription(call: Invocation): Promise<Answer> {
  const node = String(call.params["node"]);
  const found: Row = { ...(await call.pve.call("GET /nodes/{node}/subscription", { node }, call.watch)) };
  const { status, level, productname, regdate, nextduedate, sockets, message } = found;
  const { key } = found;
  const shown = { status, level, productname, regdate, nextduedate, sockets, message };
  return { node, ...Object(plain({ ...shown, ...(typeof key === "string" && { key: `${key.slice(0, 6)}…` }) })) };
}

function isOn(value: unknown): boolean {
  return value === true || Number(value ?? 0) === 1;
}

function recordsOf(value: unknown): readonly Row[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
