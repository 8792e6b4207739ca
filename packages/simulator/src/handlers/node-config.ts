import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Config } from "../world.js";
import { nodeConfigText, settingsOf, textDigest } from "../world-node-settings.js";
import { parseOption } from "../world-option.js";
import { assertUnchanged } from "./call-digest.js";
import { list, need, nodeOf, text } from "./guest-call.js";

const ownKeys = new Set(["node", "delete", "digest"]);

function shown(key: string, value: string | number): string {
  const plain = String(value);
  // The file keeps notes as comment lines, so they always end in a newline.
  return key === "description" && !plain.endsWith("\n") ? `${plain}\n` : plain;
}

const readConfig: Handler = (call) => {
  const { config } = settingsOf(call.world, nodeOf(call));
  const property = text(call, "property");
  if (property !== undefined) {
    const value = config[property];
    return value === undefined ? {} : { [property]: shown(property, value) };
  }
  const entries = Object.entries(config).map(([key, value]) => [key, shown(key, value)]);
  return { ...Object.fromEntries(entries), digest: textDigest(nodeConfigText(config)) };
};

/** Each domain may be ordered once, by the list or by a key of its own. */
function assertDomainsOnce(config: Config): void {
  const seen = new Map<string, string>();
  for (const key of Object.keys(config)
    .filter((name) => /^acme(?:domain\d+)?$/.test(name))
    .sort()) {
    const option = parseOption(String(config[key]), key === "acme" ? "account" : "domain");
    const domains = key === "acme" ? (option["domains"] ?? "").split(";") : [option["domain"] ?? ""];
    for (const domain of domains.filter((name) => name !== "")) {
      const before = seen.get(domain);
      if (before !== undefined) {
        const [first, second] = before === "acme" ? [key, before] : [before, key];
        die(`duplicate domain '${domain}' in ACME config properties '${first}' and '${second}'`);
      }
      seen.set(domain, key);
    }
  }
}

const writeConfig: Handler = (call) => {
  const { config } = settingsOf(call.world, nodeOf(call));
  assertUnchanged(call, textDigest(nodeConfigText(config)));
  const next: Config = { ...config };
  for (const [key, value] of Object.entries(call.params)) {
    if (!ownKeys.has(key)) {
      next[key] = String(value);
    }
  }
  for (const key of list(call, "delete")) {
    delete next[key];
  }
  assertDomainsOnce(next);
  for (const key of Object.keys(config)) {
    delete config[key];
  }
  Object.assign(config, next);
};

const writeDns: Handler = (call) => {
  const dns: Record<string, string> = { search: need(call, "search") };
  for (const key of ["dns1", "dns2", "dns3"]) {
    const server = text(call, key);
    if (server !== undefined) {
      dns[key] = server;
    }
  }
  settingsOf(call.world, nodeOf(call)).dns = dns;
};

/** The offset of a time zone from UTC in seconds; `undefined` for unknown zones. */
function offsetOf(timezone: string, time: number): number | undefined {
  try {
    const parts = new Intl.DateTimeFormat("en-US", {
      timeZone: timezone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(time * 1000);
    const part = (type: string): number => Number(parts.find((p) => p.type === type)?.value);
    const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
    return wall / 1000 - time;
  } catch {
    return undefined;
  }
}

const readTime: Handler = (call) => {
  const { timezone } = settingsOf(call.world, nodeOf(call));
  const time = call.now();
  return { timezone, time, localtime: time + (offsetOf(timezone, time) ?? 0) };
};

const writeTime: Handler = (call) => {
  const timezone = need(call, "timezone");
  // Offsets such as "+02:00" are no names of zones, though they can be computed with.
  if (!/^[A-Z]/.test(timezone) || offsetOf(timezone, call.now()) === undefined) {
    invalid({ timezone: "No such timezone" });
  }
  settingsOf(call.world, nodeOf(call)).timezone = timezone;
};

function assertHosts(data: string): void {
  for (const line of data.split("\n")) {
    const [address] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (address !== undefined && address !== "" && !isAddress(address)) {
      invalid({ data: `Invalid IP '${address}'` });
    }
  }
}

function isAddress(text: string): boolean {
  const parts = text.split(".");
  const isV4 = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return isV4 || (/^[0-9a-fA-F:.]+$/.test(text) && text.includes(":"));
}

const readHosts: Handler = (call) => {
  const { hosts } = settingsOf(call.world, nodeOf(call));
  return { data: hosts, digest: textDigest(hosts) };
};

function writeHosts(call: Call): void {
  const settings = settingsOf(call.world, nodeOf(call));
  assertUnchanged(call, textDigest(settings.hosts));
  const data = need(call, "data");
  assertHosts(data);
  settings.hosts = data.endsWith("\n") ? data : `${data}\n`;
}

/** A node's own settings: notes and wake-on-LAN, name servers, time zone, hosts file. */
export const nodeConfigHandlers: Handlers = {
  "GET /nodes/{node}/config": readConfig,
  "PUT /nodes/{node}/config": writeConfig,
  "GET /nodes/{node}/dns": (call) => settingsOf(call.world, nodeOf(call)).dns,
  "PUT /nodes/{node}/dns": writeDns,
  "GET /nodes/{node}/time": readTime,
  "PUT /nodes/{node}/time": writeTime,
  "GET /nodes/{node}/hosts": readHosts,
  "POST /nodes/{node}/hosts": writeHosts,
};
