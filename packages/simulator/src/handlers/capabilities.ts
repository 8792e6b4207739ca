import type { Call, Handler, Handlers } from "../handler.js";
import { parseOption } from "../world-option.js";
import { text } from "./guest-call.js";

/** CPU types by vendor, as QEMU and PVE name them. */
const models: Readonly<Record<string, string>> = {
  AuthenticAMD:
    "EPYC EPYC-v3 EPYC-v4 EPYC-v5 EPYC-IBPB EPYC-Rome EPYC-Rome-v2 EPYC-Rome-v3 EPYC-Rome-v4 EPYC-Rome-v5 EPYC-Milan EPYC-Milan-v2 EPYC-Milan-v3 EPYC-Genoa EPYC-Genoa-v2 EPYC-Turin Opteron_G1 Opteron_G2 Opteron_G3 Opteron_G4 Opteron_G5 athlon phenom",
  GenuineIntel:
    "486 Broadwell Broadwell-IBRS Broadwell-noTSX Broadwell-noTSX-IBRS Cascadelake-Server Cascadelake-Server-noTSX Cascadelake-Server-v2 Cascadelake-Server-v4 Cascadelake-Server-v5 ClearwaterForest Conroe Cooperlake Cooperlake-v2 GraniteRapids GraniteRapids-v2 GraniteRapids-v3 Haswell Haswell-IBRS Haswell-noTSX Haswell-noTSX-IBRS Icelake-Client Icelake-Client-noTSX Icelake-Server Icelake-Server-noTSX Icelake-Server-v3 Icelake-Server-v4 Icelake-Server-v5 Icelake-Server-v6 Icelake-Server-v7 IvyBridge IvyBridge-IBRS KnightsMill Nehalem Nehalem-IBRS Penryn SandyBridge SandyBridge-IBRS SapphireRapids SapphireRapids-v2 SapphireRapids-v3 SapphireRapids-v4 SierraForest SierraForest-v2 SierraForest-v3 Skylake-Client Skylake-Client-IBRS Skylake-Client-noTSX-IBRS Skylake-Client-v4 Skylake-Server Skylake-Server-IBRS Skylake-Server-noTSX-IBRS Skylake-Server-v4 Skylake-Server-v5 Westmere Westmere-IBRS core2duo coreduo pentium pentium2 pentium3",
  default: "host kvm32 kvm64 max qemu32 qemu64 x86-64-v2 x86-64-v2-AES x86-64-v3 x86-64-v4",
};
const armModels: Readonly<Record<string, string>> = {
  ARM: "a64fx cortex-a35 cortex-a53 cortex-a55 cortex-a57 cortex-a710 cortex-a72 cortex-a76 neoverse-n1 neoverse-n2 neoverse-v1",
  default: "max",
};

const listCpus: Handler = (call) => {
  const isArm = text(call, "arch") === "aarch64";
  const builtIn = Object.entries(isArm ? armModels : models).flatMap(([vendor, names]) =>
    names.split(" ").map((name) => ({ name, vendor, custom: 0 })),
  );
  const custom = isArm
    ? []
    : [...call.world.cpuModels.keys()]
        .filter((cputype) => mayUseModel(call, cputype))
        .map((cputype) => ({ name: `custom-${cputype}`, vendor: "default", custom: 1 }));
  return [...builtIn, ...custom];
};

/** What PVE has against a VM's CPU option, if anything. */
export function cpuProblem(call: Call, value: string): string | undefined {
  const option = parseOption(value, "cputype");
  const model = option["cputype"] ?? "";
  const named = flags.map(([name]) => name).sort();
  if (model.startsWith("custom-")) {
    const name = model.slice("custom-".length);
    if (!call.world.cpuModels.has(name)) {
      return `Custom cputype '${name}' not found`;
    }
  } else if (
    ![models, armModels].some((list) => Object.values(list).some((names) => names.split(" ").includes(model)))
  ) {
    return `Built-in cputype '${model}' is not defined (missing 'custom-' prefix?)`;
  }
  if (!(option["flags"] ?? "").split(";").every((flag) => flag === "" || named.includes(flag.slice(1)))) {
    return `VM-specific CPU flags must be a subset of: ${named.join(", ")}`;
  }
  return option["reported-model"] === undefined
    ? undefined
    : "Property 'reported-model' not allowed in VM-specific CPU config.";
}

/** A custom model is seen by whoever may look at nodes or use the model. */
export function mayUseModel(call: Call, cputype: string): boolean {
  const mappings = ["Mapping.Audit", "Mapping.Use", "Mapping.Modify"];
  return call.allowed("/nodes", ["Sys.Audit"]) || call.allowed(`/mapping/cpu/${cputype}`, mappings, "any");
}

/** Flags that a VM's CPU type may turn on and off, and whether the nodes' processors know them. */
const flags: readonly (readonly [name: string, isKnown: boolean, description: string])[] = [
  ["nested-virt", true, "Virtualisation inside the guest, whatever the vendor calls it."],
  ["aes", true, "AES instructions."],
  ["pdpe1gb", true, "Pages of 1 GB."],
  ["amd-no-ssb", false, "The host does not suffer from speculative store bypass (AMD)."],
  ["amd-ssbd", false, "Cheaper defence against speculative store bypass (AMD)."],
  ["hv-evmcs", false, "Faster nested virtualisation for Windows (Intel)."],
  ["hv-tlbflush", false, "Faster TLB flushes for Windows on busy hosts."],
  ["ibpb", false, "Branch predictor barrier (AMD)."],
  ["md-clear", false, "The guest may rely on cleared buffers (MDS)."],
  ["pcid", false, "Cheaper defence against Meltdown on old Intel processors."],
  ["spec-ctrl", false, "Speculation control (Intel)."],
  ["ssbd", false, "Defence against speculative store bypass (Intel)."],
  ["virt-ssbd", false, "Defence against speculative store bypass (AMD)."],
];

/** The flags with the nodes that support them; there are none for ARM. */
export const listCpuFlags: Handler = (call) => {
  if (text(call, "arch") === "aarch64") {
    return [];
  }
  const online = [...call.world.nodes.values()].filter((node) => node.online).map((node) => node.node);
  return flags.map(([name, isKnown, description]) => ({ name, description, "supported-on": isKnown ? online : [] }));
};

const versions =
  "10.1+pve0 10.1 10.0+pve1 10.0 9.2+pve1 9.2 9.1 9.0 8.2 8.1 8.0 7.2 7.1 7.0 6.2 6.1 6.0 5.2 5.1 5.0 4.2 4.1+pve2 4.1+pve1 4.1 4.0 3.1 3.0".split(
    " ",
  );
const changes: Readonly<Record<string, string>> = {
  "10.0+pve1": "Set host_mtu vNIC option even with default value for migration compat.",
  "9.2+pve1": "Disables S3/S4 power states by default.",
  "4.1+pve2": "Increases the number of SCSI drives supported.",
  "4.1+pve1": "Introduction of pveX versioning, no changes.",
};

const listMachines: Handler = (call) => {
  const types =
    text(call, "arch") === "aarch64"
      ? [["virt", "virt"]]
      : [
          ["pc-i440fx", "i440fx"],
          ["pc-q35", "q35"],
        ];
  return versions.flatMap((version) =>
    types.map(([stem, type]) => ({
      id: `${stem}-${version}`,
      type,
      version,
      ...(changes[version] === undefined ? {} : { changes: changes[version] }),
    })),
  );
};

/** What nodes can do for VMs. */
export const capabilitiesHandlers: Handlers = {
  "GET /nodes/{node}/capabilities": () => [{ name: "qemu" }],
  "GET /nodes/{node}/capabilities/qemu": () => ["cpu", "cpu-flags", "machines", "migration"].map((name) => ({ name })),
  "GET /nodes/{node}/capabilities/qemu/cpu": listCpus,
  "GET /nodes/{node}/capabilities/qemu/cpu-flags": listCpuFlags,
  "GET /nodes/{node}/capabilities/qemu/machines": listMachines,
  "GET /nodes/{node}/capabilities/qemu/migration": () => ({ "has-dbus-vmstate": true }),
};
