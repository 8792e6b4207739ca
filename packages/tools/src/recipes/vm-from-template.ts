import { PveConnectionError } from "@pve/client";
import { ToolArgumentError, ToolPartialError, ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation, textOf } from "../invocation.js";
import { isRecord, listOf, openObject } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import type { Row } from "../window.js";
import { cloudInitSettings, regenerate } from "./cloudinit.js";
import { planChanges } from "./config-changes.js";
import { createGuest } from "./create-guest.js";
import { readConfig } from "./guest-config.js";
import { bytesOf, disksIn, writeConfig } from "./guest-disk.js";

/** What making a virtual machine from a template answers: its task, and each step with how it went. */
export const vmFromTemplateOutput = taskSchemaWith({
  steps: listOf(
    openObject({ step: { type: "string" }, outcome: { type: "string" } }, ["step", "outcome"]),
    "clone, configure, resize, regenerate, start.",
  ),
});

interface Step {
  readonly step: string;
  readonly work: (call: Invocation) => Promise<Answer>;
}

/**
 * Clones a template, tells cloud-init about the copy, grows its disk and starts it. When a step fails, the copy is kept
 * and the error says how far it came; nothing is repeated.
 */
export async function vmFromTemplate(call: Invocation): Promise<Answer> {
  const template = await readConfig(call);
  if (template["template"] !== true) {
    throw new ToolPreconditionError(
      `VM ${guestOf(call).vmid} is no template`,
      "clone_vm copies it all the same; convert_to_template makes it one.",
    );
  }
  const settings = settingsOf(call);
  const needsDrive = Object.keys(cloudInitSettings(call.args)).length > 0;
  if (needsDrive && !disksIn(template).some(({ kind }) => kind === "cloudinit")) {
    throw new ToolPreconditionError(
      `template ${guestOf(call).vmid} has no cloud-init drive, so a copy cannot be told anything`,
      'update_vm_config adds one to the template, such as {"ide2": "local-lvm:cloudinit"}.',
    );
  }
  assertFits(call, template);
  const began = call.now();
  const made = await createGuest(call);
  const steps = stepsAfter(call, settings, needsDrive);
  if (made["task"] === "running") return unfinished(made, [], steps);
  const copy = { ...call, params: { node: made["node"], vmid: made["vmid"] } };
  const done = [{ step: "clone", outcome: "done" }];
  for (const [at, { step, work }] of steps.entries()) {
    const budget = Math.max(1, call.waitBudget - (call.now() - began));
    const answer = await attemptStep(copy, step, done, () => work({ ...copy, waitBudget: budget }));
    if (answer["task"] === "running") return unfinished(withMore(made, answer), done, steps.slice(at));
    done.push({ step, outcome: "done" });
    call.progress({ message: `${step}: done` });
  }
  return withMore(made, { steps: done });
}

/** What PVE would refuse only once the copy is there is refused before. */
function assertFits(call: Invocation, template: Row): void {
  const { vmid } = guestOf(call);
  if (cardOf(call) !== undefined && template["net0"] === undefined) {
    throw new ToolPreconditionError(
      `template ${vmid} has no network card net0 to change`,
      'update_vm_config adds one to it, such as {"net0": "virtio,bridge=vmbr0"}.',
    );
  }
  const size = textOf(call.args, "disk_size");
  if (size === undefined) return;
  const wanted = bytesOf(size.replace(/^\+/, ""));
  if (wanted === undefined) {
    throw new ToolArgumentError({ disk_size: `expected such as "32G", or "+20G" for what is added, got "${size}"` });
  }
  const first = disksIn(template).find(({ kind }) => kind === "disk");
  if (first === undefined) throw new ToolPreconditionError(`template ${vmid} has no disk to grow`);
  if (!size.startsWith("+") && first.size !== undefined && wanted < first.size) {
    throw new ToolPreconditionError(
      `${first.key} of template ${vmid} has ${first.size} bytes: disks cannot shrink`,
      "Leave disk_size out, or give a larger one.",
    );
  }
}

/** What the copy's first network card is to have else than the template's. */
function cardOf(call: Invocation): Row | undefined {
  const { net0 } = call.args;
  return isRecord(net0) && Object.keys(net0).length > 0 ? net0 : undefined;
}

/** What the copy gets beside cloud-init's settings. */
function settingsOf(call: Invocation): Readonly<Record<string, unknown>> {
  const { memory, cores } = call.args;
  const own = { memory, cores };
  return {
    ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
    ...cloudInitSettings(call.args),
  };
}

function stepsAfter(call: Invocation, settings: Readonly<Record<string, unknown>>, hasDrive: boolean): readonly Step[] {
  const size = textOf(call.args, "disk_size");
  const card = cardOf(call);
  return [
    ...(Object.keys(settings).length > 0 || card !== undefined
      ? [{ step: "configure", work: (copy: Invocation) => configure(copy, settings, card) }]
      : []),
    ...(size === undefined ? [] : [{ step: "resize", work: (copy: Invocation) => growFirst(copy, size) }]),
    ...(hasDrive
      ? [{ step: "regenerate", work: async (copy: Invocation) => regenerate(copy).then(() => ({ task: "finished" })) }]
      : []),
    ...(call.args["start"] === true ? [{ step: "start", work: startIt }] : []),
  ];
}

/** The copy's card has an address of its own by now, which stays. */
async function configure(copy: Invocation, settings: Row, card: Row | undefined): Promise<Answer> {
  const net = card === undefined ? {} : planChanges({ net0: card }, await readConfig(copy), []).set;
  return writeConfig(copy, { ...settings, ...net });
}

async function startIt(copy: Invocation): Promise<Answer> {
  return awaitTask(copy, await copy.pve.call("POST /nodes/{node}/qemu/{vmid}/status/start", guestOf(copy), copy.watch));
}

/** Grows the first disk to a size; one that is as large already is left alone. */
async function growFirst(copy: Invocation, size: string): Promise<Answer> {
  const first = disksIn(await readConfig(copy)).find(({ kind }) => kind === "disk");
  if (first === undefined) throw new ToolPreconditionError("the copy has no disk to grow");
  if (first.size === bytesOf(size)) return { task: "finished" };
  const params = { ...guestOf(copy), disk: first.key as "scsi0", size };
  return awaitTask(copy, await copy.pve.call("PUT /nodes/{node}/qemu/{vmid}/resize", params, copy.watch));
}

async function attemptStep(
  copy: Invocation,
  step: string,
  done: readonly { readonly step: string }[],
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    const { node, vmid } = guestOf(copy);
    const sure = error instanceof PveConnectionError && error.sent === "maybe" ? "may have failed" : "failed";
    throw new ToolPartialError(
      `VM ${vmid} was made on ${node} (${done.map((one) => one.step).join(", ")}), but the step ${step} ${sure}: ${error instanceof Error ? error.message : String(error)}`,
      `Go on with VM ${vmid}: set_cloudinit, resize_guest_disk, start_vm. delete_vm takes it away. Do not repeat this tool: it would make another.`,
      { cause: error },
    );
  }
}

function unfinished(answer: Answer, done: readonly { step: string; outcome: string }[], left: readonly Step[]): Answer {
  const names = left.map(({ step }) => step);
  return withMore(
    answer,
    { task: "running", steps: [...done, ...names.map((step) => ({ step, outcome: "not done" }))] },
    names.length === 0
      ? []
      : [`When the task has ended, these are left: ${names.join(", ")} (set_cloudinit, resize_guest_disk, start_vm).`],
  );
}
