import { ToolArgumentError, ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { isRecord, type JsonSchema, type ObjectSchema, openObject } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { filterRows, notesSchema, windowOf, windowSchema } from "../window.js";
import { attempt, foundOf } from "./attempt.js";
import { placeFor, placesOf } from "./storage-places.js";

type Content = "iso" | "vztmpl" | "import";

/** What files of each kind are called. */
const ENDINGS: readonly (readonly [Content, RegExp])[] = [
  ["iso", /\.(?:iso|img)$/i],
  ["vztmpl", /\.tar(?:\.(?:gz|xz|zst|bz2))?$/i],
  ["import", /\.(?:ova|ovf|qcow2|raw|vmdk)$/i],
];
/** Which sum has so many hexadecimal digits. */
const SUMS: Readonly<Record<number, string>> = {
  32: "md5",
  40: "sha1",
  56: "sha224",
  64: "sha256",
  96: "sha384",
  128: "sha512",
};

/** What a URL offers. */
export const urlMetadataOutput = openObject(
  {
    node: { type: "string", description: "Who asked." },
    filename: { type: "string" },
    size: { type: "number", description: "Bytes." },
    mimetype: { type: "string" },
    notes: notesSchema,
  },
  ["node"],
);

/** Has a node ask a URL for name, size and type of what it offers. */
export async function urlMetadata(call: Invocation): Promise<Answer> {
  const node = await anyNode(call);
  const result = await callOperation(call, call.tool.entry.operation, { ...call.params, node });
  const { filename, size, mimetype } = isRecord(result) ? result : {};
  return {
    node,
    ...(typeof filename === "string" && { filename }),
    ...(typeof size === "number" && { size }),
    ...(typeof mimetype === "string" && { mimetype }),
  };
}

/** The node that was named, or the first one that answers. */
async function anyNode(call: Invocation): Promise<string> {
  const named = textOf(call.params, "node");
  if (named !== undefined) return named;
  const nodes = await call.pve.call("GET /nodes", {}, call.watch);
  const online = nodes.find(({ status }) => status === "online")?.node;
  if (online !== undefined) return online;
  throw new ToolPreconditionError("no node answers", "get_cluster_status shows which nodes there are.");
}

/** What a download answers: its task, and what lies on the storage then. */
export const downloadOutput = taskSchemaWith({
  volid: { type: "string" },
  size: { type: "number", description: "Bytes." },
});

/** Has a node download a file to a storage. Name, kind and sum are read from the URL and the checksum where they tell. */
export async function downloadUrl(call: Invocation): Promise<Answer> {
  const url = String(call.params["url"]);
  const filename = textOf(call.params, "filename") ?? nameIn(url);
  const content = (textOf(call.params, "content") as Content | undefined) ?? contentOf(filename);
  const checksum = textOf(call.params, "checksum");
  const algorithm = textOf(call.params, "checksum-algorithm") ?? (checksum && sumOf(checksum));
  const storage = String(call.params["storage"]);
  const { node } = placeFor(call, await placesOf(call, storage), content);
  const task = await callOperation(call, call.tool.entry.operation, {
    ...call.params,
    node,
    filename,
    content,
    ...(algorithm !== undefined && { "checksum-algorithm": algorithm }),
  });
  const volid = `${storage}:${content}/${filename.replaceAll(/[^a-zA-Z0-9_.-]/g, "_")}`;
  const done: Answer = isTask(task) ? await awaitTask(call, task) : { task: "finished" };
  const unchecked = checksum === undefined ? ["No checksum was given, so what came was not checked."] : [];
  return withMore(done, await arrived(call, done, { node, storage, volid }), unchecked);
}

function nameIn(url: string): string {
  const name = URL.canParse(url) ? new URL(url).pathname.split("/").at(-1) : undefined;
  if (name !== undefined && name !== "") return decodeURIComponent(name);
  throw new ToolArgumentError({ filename: "missing, and the URL names no file" });
}

function contentOf(filename: string): Content {
  const content = ENDINGS.find(([, ending]) => ending.test(filename))?.[0];
  if (content !== undefined) return content;
  throw new ToolArgumentError(
    { filename: `${filename} is called neither an ISO image, a template nor a disk image` },
    "Give filename with an ending such as .iso, .tar.zst or .qcow2; a compressed ISO also needs compression.",
  );
}

function sumOf(checksum: string): string {
  const algorithm = SUMS[checksum.length];
  if (algorithm !== undefined && /^[0-9a-f]+$/i.test(checksum)) return algorithm;
  throw new ToolArgumentError({ checksum: "expected hexadecimal digits, as sha256sum prints them" });
}

async function arrived(
  call: Invocation,
  done: Answer,
  { node, storage, volid }: { readonly node: string; readonly storage: string; readonly volid: string },
) {
  if (done["task"] === "running") return { volid };
  const read = call.pve.call("GET /nodes/{node}/storage/{storage}/content", { node, storage }, call.watch);
  const size = foundOf(await attempt("its size", read))?.find((row) => row.volid === volid)?.size;
  return { volid, ...(size !== undefined && { size }) };
}

/** A window over what can be downloaded. */
export function templatesOutput(items: JsonSchema): ObjectSchema {
  return windowSchema(items, { node: { type: "string" } });
}

/** The container templates that Proxmox offers, as a node knows them. */
export async function listTemplates(call: Invocation): Promise<Answer> {
  const node = await anyNode(call);
  const rows = await call.pve.call("GET /nodes/{node}/aplinfo", { node }, call.watch);
  const found = filterRows(
    rows.map((row) => ({ ...row })),
    call.args["filter"],
  );
  return { node, ...windowOf(found, call.args, call.tool.entry.keep) };
}

/** Has a node download a container template that Proxmox offers; PVE checks its sum. */
export async function downloadTemplate(call: Invocation): Promise<Answer> {
  const storage = String(call.params["storage"]);
  const template = String(call.params["template"]);
  const { node } = placeFor(call, await placesOf(call, storage), "vztmpl");
  const offered = await call.pve.call("GET /nodes/{node}/aplinfo", { node }, call.watch);
  if (!offered.some((row) => row.template === template)) {
    const name = template.split("_")[0] ?? template;
    const near = offered.map((row) => String(row.template)).filter((one) => one.startsWith(name));
    throw new ToolArgumentError(
      { template: `${node} knows no template of that name` },
      near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "list_downloadable_templates shows those there are.",
    );
  }
  const task = await callOperation(call, call.tool.entry.operation, { storage, template, node });
  const done: Answer = isTask(task) ? await awaitTask(call, task) : { task: "finished" };
  return withMore(done, await arrived(call, done, { node, storage, volid: `${storage}:vztmpl/${template}` }));
}
