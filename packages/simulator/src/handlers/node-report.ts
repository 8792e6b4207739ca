import type { Call, Handler, Handlers } from "../handler.js";
import type { Config, World } from "../world.js";
import { configText } from "../world-guest.js";
import { networkOf } from "../world-network.js";
import { settingsOf } from "../world-node-settings.js";
import { usage } from "../world-storage.js";
import { nodeNamed } from "./node-named.js";

type Section = readonly [title: string, parts: readonly (readonly [command: string, output: string])[]];

function storageConfig(world: World): string {
  return [...world.storages.values()]
    .map(({ storage, type, content, config, shared, disable, nodes }) => {
      const all: Config = {
        ...config,
        content: content.join(","),
        ...(shared ? { shared: 1 } : {}),
        ...(disable ? { disable: 1 } : {}),
        ...(nodes === undefined ? {} : { nodes: nodes.join(",") }),
      };
      const lines = Object.entries(all).map(([key, value]) => `\t${key} ${value}\n`);
      return `${type}: ${storage}\n${lines.join("")}`;
    })
    .join("\n");
}

function storageStatus(call: Call, node: string): string {
  const rows = [...call.world.storages.values()].map((storage) => {
    const { total, used, avail } = usage(storage, node);
    const state = storage.disable ? "disabled" : "active";
    const kib = [total, used, avail].map((bytes) => String(Math.floor(bytes / 1024)).padStart(15));
    return `${storage.storage.padEnd(12)} ${storage.type.padStart(10)} ${state.padStart(10)} ${kib.join(" ")}`;
  });
  return ["Name               Type     Status           Total            Used       Available", ...rows].join("\n");
}

function guestList(call: Call, node: string, kind: "qemu" | "lxc"): readonly (readonly [string, string])[] {
  const guests = [...call.world.guests.values()].filter((guest) => guest.node === node && guest.kind === kind);
  const list = guests.map(({ vmid, running }) => `${vmid} ${running === undefined ? "stopped" : "running"}`);
  const folder = kind === "qemu" ? "qemu-server" : "lxc";
  const files = guests.map(
    (guest) => [`cat /etc/pve/${folder}/${guest.vmid}.conf`, configText(guest).trimEnd()] as const,
  );
  return [[kind === "qemu" ? "qm list" : "pct list", list.join("\n")], ...files];
}

function sectionsOf(call: Call): Section[] {
  const node = nodeNamed(call);
  const settings = settingsOf(call.world, node.node);
  const network = networkOf(call.world, node.node);
  return [
    [
      "general system info",
      [
        ["hostname", node.node],
        ["date -R", new Date(call.now() * 1000).toUTCString().replace("GMT", "+0000")],
        ["cat /etc/hosts", settings.hosts.trimEnd()],
        ["lscpu", `CPU(s): ${node.cores}\nModel name: ${node.cpuModel}\nSocket(s): ${node.sockets}`],
      ],
    ],
    [
      "info about storage",
      [
        ["cat /etc/pve/storage.cfg", storageConfig(call.world).trimEnd()],
        ["pvesm status", storageStatus(call, node.node)],
      ],
    ],
    ["info about virtual guests", [...guestList(call, node.node, "qemu"), ...guestList(call, node.node, "lxc")]],
    ["info about network", [["cat /etc/network/interfaces", network.text.trimEnd()]]],
  ];
}

/** Everything about a node in one text, made from its state as it is now. */
const report: Handler = (call) =>
  sectionsOf(call)
    .map(([title, parts]) => {
      const body = parts.map(([command, output]) => `# ${command}\n${output}\n`).join("\n");
      return `\n==== ${title} ====\n\n${body}`;
    })
    .join("");

/** The report that support asks for. */
export const nodeReportHandlers: Handlers = { "GET /nodes/{node}/report": report };
