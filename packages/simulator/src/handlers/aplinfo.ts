import { createHash } from "node:crypto";
import { die, invalid } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import { findVolume, usableStorage } from "../world-storage.js";
import { need, nodeOf } from "./guest-call.js";

interface Appliance {
  readonly package: string;
  readonly version: string;
  readonly os: string;
  readonly suffix: "xz" | "zst";
  /** MiB. */
  readonly size: number;
}

const appliances: readonly Appliance[] = [
  { package: "alpine-3.22-default", version: "20250617", os: "alpine", suffix: "xz", size: 3 },
  { package: "alpine-3.23-default", version: "20260116", os: "alpine", suffix: "xz", size: 3 },
  { package: "debian-12-standard", version: "12.12-1", os: "debian-12", suffix: "zst", size: 121 },
  { package: "debian-13-standard", version: "13.1-2", os: "debian-13", suffix: "zst", size: 124 },
  { package: "ubuntu-24.04-standard", version: "24.04-2", os: "ubuntu-24.04", suffix: "zst", size: 129 },
];

const source = "http://download.proxmox.com/images";

function fileName({ package: name, version, suffix }: Appliance): string {
  return `${name}_${version}_amd64.tar.${suffix}`;
}

function describe(appliance: Appliance): Record<string, string> {
  const template = fileName(appliance);
  const hash = (algorithm: string): string => createHash(algorithm).update(template).digest("hex");
  const { package: name, version, os } = appliance;
  return {
    template,
    package: name,
    version,
    os,
    type: "lxc",
    section: "system",
    architecture: "amd64",
    headline: `LXC image of ${os} (${version})`,
    description: "",
    infopage: "https://linuxcontainers.org",
    maintainer: "Proxmox Support Team <support@proxmox.com>",
    source,
    location: `${source}/system/${template}`,
    md5sum: hash("md5"),
    sha512sum: hash("sha512"),
  };
}

/** Downloads a template; one that is there already is left alone. */
const download: Handler = (call) => {
  const template = need(call, "template");
  const appliance = appliances.find((each) => fileName(each) === template);
  if (appliance === undefined) {
    return invalid({ template: "no such template" });
  }
  const node = nodeOf(call);
  const storage = usableStorage(call.world, need(call, "storage"), node);
  if (!storage.content.includes("vztmpl")) {
    die(`storage '${storage.storage}' does not support templates`);
  }
  return call.startTask({
    node,
    type: "download",
    id: template,
    work: function* () {
      const volid = `${storage.storage}:vztmpl/${template}`;
      yield { log: `downloading ${source}/system/${template} to /var/lib/vz/template/cache/${template}` };
      if (findVolume(call.world, volid, node) !== undefined) {
        yield { log: "OK, got correct file already, no need to download" };
        return;
      }
      const size = appliance.size * 1024 ** 2;
      yield { ms: appliance.size * 20, log: `Length: ${size} (${appliance.size}M) [application/octet-stream]` };
      yield { ms: 300, log: "calculating checksum...OK, checksum verified" };
      storage.volumes.push({
        volid,
        ...(storage.shared ? {} : { node }),
        content: "vztmpl",
        format: `t${appliance.suffix}`,
        size,
        used: size,
        ctime: call.now(),
      });
      yield { log: `download of '${source}/system/${template}' finished` };
    },
  });
};

/** Container templates that can be downloaded. */
export const aplinfoHandlers: Handlers = {
  "GET /nodes/{node}/aplinfo": () => appliances.map(describe),
  "POST /nodes/{node}/aplinfo": download,
};
