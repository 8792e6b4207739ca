import { match } from "./formats-match.js";

type Check = (value: string) => string | undefined;

const bootdisk = "(?:ide[0-3]|sata[0-5]|scsi(?:[12]?\\d|30)|virtio(?:\\d|1[0-5])|efidisk0|tpmstate0)";
const hotplug = ["network", "disk", "cpu", "memory", "usb", "cloudinit"];

function startupProblem(value: string): string | undefined {
  const fits = value
    .split(",")
    .filter((part) => part.trim() !== "")
    .every((part) => /^(order=)?\d+$/.test(part) || /^(up|down)=\d+$/.test(part));
  return fits ? undefined : "unable to parse startup options";
}

function hotplugProblem(value: string): string | undefined {
  if (value === "0" || value === "1") {
    return undefined;
  }
  const parts = value.split(/[,;\s]+/).filter((part) => part !== "");
  const unknown = parts.find((part) => !hotplug.includes(part));
  return unknown === undefined ? undefined : `invalid hotplug feature '${unknown}'`;
}

function physBitsProblem(value: string): string | undefined {
  const bits = Number(value);
  const fits = value === "host" || (/^\d+$/.test(value) && bits >= 8 && bits <= 64);
  return fits ? undefined : "value must be an integer between 8 and 64 or 'host'";
}

function zoneProblem(value: string): string | undefined {
  try {
    // The one list of zones at hand is the runtime's own.
    new Intl.DateTimeFormat("en", { timeZone: value });
    return undefined;
  } catch {
    return `invalid time zone '${value}'`;
  }
}

const detour = /\/\.\.?(?:\/|$)/;

function mountProblem(value: string): string | undefined {
  return detour.test(value) || value.startsWith("../") ? `${value} contains illegal character sequences` : undefined;
}

function deviceProblem(value: string): string | undefined {
  return detour.test(value) || !value.startsWith("/dev/") ? `${value} is not a valid device path` : undefined;
}

/** Formats that only guests and their hosts use. */
export const guestFormats = {
  "pve-startup-order": startupProblem,
  "pve-hotplug-features": hotplugProblem,
  "pve-cpuset": match(/^\d+(-\d+)?(,\d+(-\d+)?)*$/, "unable to parse cpuset option"),
  "pve-phys-bits": physBitsProblem,
  "pve-qm-bootdisk": match(new RegExp(`^${bootdisk}$`), "invalid boot disk '%s'"),
  "pve-qm-bootdev": match(new RegExp(`^(?:${bootdisk}|(?:net|usb|hostpci)\\d+)$`), "invalid boot device '%s'"),
  "pve-lxc-mp-string": mountProblem,
  "pve-lxc-dev-string": deviceProblem,
  timezone: zoneProblem,
  "pve-ct-timezone": (value: string): string | undefined => (value === "host" ? undefined : zoneProblem(value)),
  "pve-tfa-secret": match(/^(v2-0x[0-9a-fA-F]+|[A-Z2-7=]{16,}|[A-Fa-f0-9]{40})$/, "unable to decode TFA secret"),
} satisfies Readonly<Record<string, Check>>;
