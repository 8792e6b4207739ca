import { PveRequestError } from "@pve/client";
import { ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, numberOf, textOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { awaitTask, withMore } from "../task-answer.js";

const MOST_ATTEMPTS = 5;

/** Creates or clones a guest. Without a VMID the cluster's next free one is taken. */
export async function createGuest(call: Invocation): Promise<Answer> {
  const idParameter = call.tool.entry.operation.endsWith("/clone") ? "newid" : "vmid";
  const given = numberOf(call.params, idParameter) ?? numberOf(call.options, idParameter);
  const start = (vmid: number) =>
    callOperation(call, call.tool.entry.operation, { ...call.params, ...call.options, [idParameter]: vmid });
  const { vmid, result } =
    given === undefined ? await startWithFreeId(call, start) : { vmid: given, result: await start(given) };
  const answer: Answer = isTask(result) ? await awaitTask(call, result) : { task: "finished" };
  const node = textOf(call.params, "target") ?? textOf(call.params, "node");
  return withMore(answer, { vmid, node }, lackingNotes(call));
}

/** A virtual machine is made as bare as it was asked for, without a word. */
function lackingNotes(call: Invocation): readonly string[] {
  if (call.tool.entry.operation !== "POST /nodes/{node}/qemu") return [];
  const given = Object.keys({ ...call.params, ...call.options });
  if (given.includes("archive")) return [];
  return [
    ...(given.some((key) => /^(?:ide|sata|scsi|virtio)\d+$/.test(key))
      ? []
      : ["It has no disk: attach_vm_disk adds one."]),
    ...(given.some((key) => /^net\d+$/.test(key))
      ? []
      : ['It has no network card: update_vm_config adds one, such as {"net0": "virtio,bridge=vmbr0"}.']),
  ];
}

/**
 * `/cluster/nextid` reserves nothing, so somebody else may take the number first. PVE then refuses before it starts
 * anything, and only then is another number tried: a task that failed later may have left something behind.
 */
async function startWithFreeId(call: Invocation, start: (vmid: number) => Promise<unknown>) {
  let vmid = 0;
  for (let attempt = 1; ; attempt += 1) {
    const next = await call.pve.call("GET /cluster/nextid", {}, call.watch);
    vmid = Math.max(Number(next), vmid + 1);
    try {
      return { vmid, result: await start(vmid) };
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !isTaken(error, vmid)) throw error;
      call.progress({ message: `${vmid} was taken meanwhile` });
    }
  }
}

function isTaken(error: unknown, vmid: number): boolean {
  return error instanceof PveRequestError && error.kind === "exists" && error.reason.includes(String(vmid));
}

/** Creates a container. Without a template the one that fits is taken, if there is exactly one. */
export async function createContainer(call: Invocation): Promise<Answer> {
  if (call.params["ostemplate"] !== undefined || call.options["ostemplate"] !== undefined) return createGuest(call);
  const node = String(call.params["node"]);
  const ostype = textOf(call.params, "ostype");
  const templates = await listTemplates(call, node);
  const fitting = templates.filter((volid) => ostype === undefined || volid.includes(`/${ostype}-`));
  const [template] = fitting;
  if (template === undefined || fitting.length > 1) {
    const among = fitting.length > 1 ? fitting : templates;
    throw new ToolPreconditionError(
      `ostemplate is missing and cannot be guessed on ${node}`,
      among.length === 0
        ? `No storage of ${node} that the token may see holds a template.`
        : `There are: ${among.join(", ")}`,
    );
  }
  const answer = await createGuest({ ...call, params: { ...call.params, ostemplate: template } });
  return withMore(answer, {}, [`Made from ${template}.`]);
}

async function listTemplates(call: Invocation, node: string): Promise<readonly string[]> {
  const storages = await call.pve.call(
    "GET /nodes/{node}/storage",
    { node, content: "vztmpl", enabled: true },
    call.watch,
  );
  const contents = await Promise.all(
    storages
      .filter((row) => row.active !== false)
      .map(({ storage }) =>
        call.pve.call("GET /nodes/{node}/storage/{storage}/content", { node, storage, content: "vztmpl" }, call.watch),
      ),
  );
  return contents
    .flat()
    .map((item) => item.volid)
    .sort();
}
