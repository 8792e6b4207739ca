import { createHash } from "node:crypto";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Config, ConfigValue } from "../world.js";
import { assertUnlocked, shownValue } from "../world-guest.js";
import { settingsOf } from "../world-node-settings.js";
import { parseNic, parseOption } from "../world-option.js";
import { guestOf, need, nodeOf } from "./guest-call.js";

const settings = "cicustom cipassword citype ciuser ciupgrade nameserver searchdomain sshkeys".split(" ");

/** Settings of the drive: what it says, and what it will say once it is made anew. */
const listSettings: Handler = (call) => {
  const { config, kind, staleCloudInit: stale = {} } = guestOf(call);
  const show = (key: string, value: ConfigValue): ConfigValue => shownValue(kind, key, value);
  const items: Record<string, unknown>[] = [];
  for (const key of [...new Set([...Object.keys(stale), ...settings])].sort()) {
    const [now, next] = [stale[key], config[key]];
    if (next === undefined) {
      items.push(...(now === undefined ? [] : [{ key, delete: 1 }]));
    } else if (now === null) {
      items.push({ key, pending: show(key, next) });
    } else if (settings.includes(key)) {
      items.push({ key, value: show(key, now ?? next), ...(now === undefined ? {} : { pending: show(key, next) }) });
    }
  }
  return items;
};

/** Makes the drive anew: it says what the configuration says. */
const regenerate: Handler = (call) => {
  const guest = guestOf(call);
  assertUnlocked(guest);
  delete guest.staleCloudInit;
};

interface Names {
  readonly servers: readonly string[];
  readonly search: readonly string[];
}

/** The guest's own name servers, or else the node's. */
function namesOf(call: Call, config: Config): Names {
  const { search, ...servers } = settingsOf(call.world, nodeOf(call)).dns;
  const words = (value: unknown): string[] =>
    String(value ?? "")
      .split(/\s+/)
      .filter((word) => word !== "");
  return {
    servers: config["nameserver"] === undefined ? Object.values(servers) : words(config["nameserver"]),
    search: words(config["searchdomain"] ?? search),
  };
}

function userData(config: Config, vmid: number, password: string | undefined): string {
  const name = String(config["name"] ?? `VM${vmid}`);
  const domain = config["searchdomain"];
  const fqdn = name.includes(".") || domain === undefined ? name : `${name}.${domain}`;
  const user = config["ciuser"];
  const keys = decodeURIComponent(String(config["sshkeys"] ?? ""))
    .split("\n")
    .filter((key) => /\S/.test(key));
  return [
    "#cloud-config",
    `hostname: ${name.replace(/\..*$/, "")}`,
    "manage_etc_hosts: true",
    `fqdn: ${fqdn}`,
    ...(user === undefined ? [] : [`user: ${user}`]),
    ...(user === "root" ? ["disable_root: False"] : []),
    ...(password === undefined ? [] : [`password: ${password}`]),
    ...(keys.length === 0 ? [] : ["ssh_authorized_keys:", ...keys.map((key) => `  - ${key}`)]),
    "chpasswd:",
    "  expire: False",
    ...(user === "root" ? [] : ["users:", "  - default"]),
    ...(config["ciupgrade"] === 0 ? [] : ["package_upgrade: true"]),
    "",
  ].join("\n");
}

function netmask(prefix: number): string {
  const bits = (0xffffffff << (32 - prefix)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
}

/** Cards that have an address configuration, in order. */
function cards(config: Config): { readonly id: string; readonly mac: string; readonly ip: Record<string, string> }[] {
  return Object.keys(config)
    .filter((key) => /^net\d+$/.test(key) && config[`ipconfig${key.slice(3)}`] !== undefined)
    .sort()
    .map((key) => ({
      id: `eth${key.slice(3)}`,
      mac: (parseNic(String(config[key]))["macaddr"] ?? "").toLowerCase(),
      ip: parseOption(String(config[`ipconfig${key.slice(3)}`]), "ip"),
    }));
}

function subnets({ ip, gw, ip6, gw6 }: Record<string, string>): string[] {
  const [address = "", prefix] = (ip ?? "").split("/");
  const v4 =
    ip === undefined
      ? []
      : ip === "dhcp"
        ? ["- type: dhcp4"]
        : [
            "- type: static",
            `  address: '${address}'`,
            `  netmask: '${netmask(Number(prefix))}'`,
            ...(gw === undefined ? [] : [`  gateway: '${gw}'`]),
          ];
  const v6 =
    ip6 === undefined
      ? []
      : ip6 === "dhcp"
        ? ["- type: dhcp6"]
        : ip6 === "auto"
          ? ["- type: ipv6_slaac"]
          : ["- type: static6", `  address: '${ip6}'`, ...(gw6 === undefined ? [] : [`  gateway: '${gw6}'`])];
  return [...v4, ...v6].map((line) => `      ${line}`);
}

function noCloudNetwork(config: Config, { servers, search }: Names): string {
  const interfaces = cards(config).flatMap(({ id, mac, ip }) => [
    "    - type: physical",
    `      name: ${id}`,
    `      mac_address: '${mac}'`,
    "      subnets:",
    ...subnets(ip),
  ]);
  const quoted = (title: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`      ${title}:`, ...values.map((value) => `      - '${value}'`)];
  return [
    "version: 1",
    "config:",
    ...interfaces,
    "    - type: nameserver",
    ...quoted("address", servers),
    ...quoted("search", search),
    "",
  ].join("\n");
}

function configDriveNetwork(config: Config, { servers, search }: Names): string {
  const interfaces = cards(config).flatMap(({ id, ip: { ip, gw, ip6, gw6 } }) => {
    const [address, prefix] = (ip ?? "").split("/");
    const [address6, prefix6] = (ip6 ?? "").split("/");
    const lines = [`auto ${id}`];
    const fixed = (family: string, own: string, mask: string, gateway: string | undefined): string[] => [
      `iface ${id} ${family} static`,
      `        address ${own}`,
      `        netmask ${mask}`,
      ...(gateway === undefined ? [] : [`        gateway ${gateway}`]),
    ];
    if (ip !== undefined) {
      lines.push(
        ...(ip === "dhcp" ? [`iface ${id} inet dhcp`] : fixed("inet", address ?? "", netmask(Number(prefix)), gw)),
      );
    }
    if (ip6 !== undefined) {
      const isAuto = /^(?:auto|dhcp)$/.test(ip6);
      lines.push(...(isAuto ? [`iface ${id} inet6 ${ip6}`] : fixed("inet6", address6 ?? "", prefix6 ?? "", gw6)));
    }
    return lines;
  });
  return [
    "auto lo",
    "iface lo inet loopback",
    "",
    ...(servers.length === 0 ? [] : [`        dns_nameservers ${servers.join(" ")}`]),
    ...(search.length === 0 ? [] : [`        dns_search ${search.join(" ")}`]),
    ...interfaces,
    "",
  ].join("\n");
}

const dump: Handler = (call) => {
  const guest = guestOf(call);
  const config: Config = { ...guest.config, ...guest.pending.set };
  const isWindows = /^w/.test(String(config["ostype"] ?? ""));
  const format = config["citype"] ?? (isWindows ? "configdrive2" : "nocloud");
  const names = namesOf(call, config);
  const network = format === "nocloud" ? noCloudNetwork(config, names) : configDriveNetwork(config, names);
  const password = config["cipassword"] === undefined ? undefined : String(config["cipassword"]);
  switch (need(call, "type")) {
    case "user": {
      const maySee = call.allowed(`/vms/${guest.vmid}`, ["VM.Config.Cloudinit"]);
      return userData(config, guest.vmid, maySee || password === undefined ? password : "**********");
    }
    case "network":
      return network;
    default: {
      const id = createHash("sha1")
        .update(userData(config, guest.vmid, password) + network)
        .digest("hex");
      return format === "nocloud"
        ? `instance-id: ${id}\n`
        : `{\n     "uuid": "${id}",\n     "network_config": { "content_path": "/content/0000" }\n}\n`;
    }
  }
};

/** Cloud-init: settings, the drive, and what is on it. */
export const cloudInitHandlers: Handlers = {
  "GET /nodes/{node}/qemu/{vmid}/cloudinit": listSettings,
  "PUT /nodes/{node}/qemu/{vmid}/cloudinit": regenerate,
  "GET /nodes/{node}/qemu/{vmid}/cloudinit/dump": dump,
};
