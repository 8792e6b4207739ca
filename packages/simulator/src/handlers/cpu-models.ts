import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Config } from "../world.js";
import { textDigest } from "../world-node-settings.js";
import { assertUnchanged } from "./call-digest.js";
import { listCpuFlags, mayUseModel } from "./capabilities.js";
import { list, need } from "./guest-call.js";

const notSettings = new Set(["cputype", "delete", "digest"]);

/** Models are stored without the prefix that their users write. */
function nameOf(call: Call): string {
  return need(call, "cputype").replace(/^custom-/, "");
}

function digestOf(call: Call): string {
  return textDigest(JSON.stringify([...call.world.cpuModels]));
}

function shown(call: Call, name: string, settings: Config): Record<string, unknown> {
  return { ...settings, cputype: `custom-${name}`, digest: digestOf(call) };
}

function settingsOf(call: Call): Config {
  const given = Object.entries(call.params).filter(([key]) => !notSettings.has(key));
  return Object.fromEntries(given.map(([key, value]) => [key, typeof value === "number" ? value : String(value)]));
}

function modelNamed(call: Call): Config {
  return call.world.cpuModels.get(nameOf(call)) ?? die(`Custom cputype '${need(call, "cputype")}' not found`);
}

const create: Handler = (call) => {
  const name = nameOf(call);
  if (call.world.cpuModels.has(name)) {
    die(`custom CPU model '${name}' already exists`);
  }
  call.world.cpuModels.set(name, settingsOf(call));
};

function existing(call: Call): Config {
  return call.world.cpuModels.get(nameOf(call)) ?? die(`custom CPU model '${nameOf(call)}' does not exist`);
}

const update: Handler = (call) => {
  assertUnchanged(call, digestOf(call));
  const gone = list(call, "delete");
  const fixed = ["cputype", "reported-model"].find((key) => gone.includes(key));
  if (fixed !== undefined) {
    die(`cannot delete '${fixed}'`);
  }
  const model = existing(call);
  for (const key of gone) {
    delete model[key];
  }
  Object.assign(model, settingsOf(call));
};

/** CPU models that the cluster defines itself. */
export const cpuModelHandlers: Handlers = {
  "GET /cluster/qemu": () => ["cpu-flags", "custom-cpu-models"].map((name) => ({ name })),
  "GET /cluster/qemu/cpu-flags": listCpuFlags,
  "GET /cluster/qemu/custom-cpu-models": (call) =>
    [...call.world.cpuModels]
      .filter(([name]) => mayUseModel(call, name))
      .map(([name, settings]) => shown(call, name, settings)),
  "POST /cluster/qemu/custom-cpu-models": create,
  "GET /cluster/qemu/custom-cpu-models/{cputype}": (call) => shown(call, nameOf(call), modelNamed(call)),
  "PUT /cluster/qemu/custom-cpu-models/{cputype}": update,
  "DELETE /cluster/qemu/custom-cpu-models/{cputype}": (call) => {
    existing(call);
    call.world.cpuModels.delete(nameOf(call));
  },
};
