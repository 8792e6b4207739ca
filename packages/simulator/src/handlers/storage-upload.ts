import { createHash } from "node:crypto";
import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers, TaskStep } from "../handler.js";
import type { Storage, Volume } from "../world.js";
import { noise } from "../world-random.js";
import { findVolume, isDirectory, removeVolume, usableStorage, volumePath } from "../world-storage.js";
import { need, nodeOf, text } from "./guest-call.js";

type Steps = Generator<TaskStep, void, void>;
type Content = "iso" | "vztmpl" | "import";

const extensions: Readonly<Record<Content, RegExp>> = {
  iso: /\.(?:iso|img)$/i,
  vztmpl: /\.tar(?:\.(?:gz|xz|zst|bz2))?$/i,
  import: /\.(?:ova|ovf|qcow2|raw|vmdk)$/i,
};

/** The volume that a file of that name becomes. */
function targetOf(call: Call, size: number): { readonly storage: Storage; readonly volume: Volume } {
  const storage = usableStorage(call.world, need(call, "storage"), nodeOf(call));
  const content = need(call, "content") as Content;
  const name = (need(call, "filename").split(/[\\/]/).at(-1) ?? "").replace(/[^a-zA-Z0-9_.-]/g, "_");
  if (!isDirectory(storage)) {
    die(`can't upload to storage type '${storage.type}'`);
  }
  if (!extensions[content].test(name)) {
    invalid({ filename: "wrong file extension" });
  }
  if (!storage.content.includes(content)) {
    die(`storage '${storage.storage}' does not support '${content}' content`);
  }
  const format = content === "iso" ? "iso" : (/\.tar(?:\.(\w+))?$/.exec(name)?.[1] ?? "raw");
  const volume: Volume = {
    volid: `${storage.storage}:${content}/${name}`,
    ...(storage.shared ? {} : { node: nodeOf(call) }),
    content,
    format: content === "vztmpl" ? `t${format}` : format,
    size,
    used: size,
    ctime: call.now(),
  };
  return { storage, volume };
}

function store(call: Call, storage: Storage, volume: Volume): void {
  const old = findVolume(call.world, volume.volid, nodeOf(call));
  if (old !== undefined) {
    removeVolume(call.world, old);
  }
  storage.volumes.push(volume);
}

const upload: Handler = (call) => {
  const bytes = call.upload?.bytes ?? new Uint8Array();
  const { storage, volume } = targetOf(call, bytes.byteLength);
  return call.startTask({
    node: nodeOf(call),
    type: "imgcopy",
    id: "",
    work: () => importFile(call, storage, volume, bytes),
  });
};

function* importFile(call: Call, storage: Storage, volume: Volume, bytes: Uint8Array): Steps {
  const temporary = `/var/tmp/pveupload-${createHash("md5").update(volume.volid).digest("hex")}`;
  const path = volumePath(storage, volume);
  yield { log: `starting file import from: ${temporary}` };
  const expected = text(call, "checksum");
  if (expected !== undefined) {
    const found = createHash(text(call, "checksum-algorithm") ?? "sha256")
      .update(bytes)
      .digest("hex");
    const matches = found === expected.toLowerCase();
    yield { ms: 300, log: `calculating checksum...${matches ? "OK, checksum verified" : ""}` };
    if (!matches) {
      die(`checksum mismatch: got '${found}' != expect '${expected}'`);
    }
  }
  yield { log: `target node: ${nodeOf(call)}` };
  yield { log: `target file: ${path}` };
  yield { log: `file size is: ${volume.size}` };
  yield { log: `command: cp -- ${temporary} ${path}` };
  yield { ms: 500 };
  store(call, storage, volume);
  yield { log: "finished file import successfully" };
}

/** What a URL has to offer: nothing leaves the simulator, so its size follows from its text. */
function sizeBehind(url: string): number {
  return Math.floor((50 + 900 * noise(...Array.from(url, (letter) => letter.charCodeAt(0)))) * 1024 ** 2);
}

const download: Handler = (call) => {
  const url = need(call, "url");
  const { storage, volume } = targetOf(call, sizeBehind(url));
  const name = volume.volid.slice(volume.volid.lastIndexOf("/") + 1);
  return call.startTask({
    node: nodeOf(call),
    type: "download",
    id: name,
    work: () => fetchFile(call, storage, volume, url),
  });
};

function* fetchFile(call: Call, storage: Storage, volume: Volume, url: string): Steps {
  const path = volumePath(storage, volume);
  const host = new URL(url).hostname;
  yield { log: `downloading ${url} to ${path}` };
  if (findVolume(call.world, volume.volid, nodeOf(call)) !== undefined) {
    die(`refusing to override existing file '${path}'`);
  }
  yield { ms: 200, log: `Resolving ${host} (${host})... ` };
  if (host.endsWith(".invalid")) {
    yield { log: "failed: Name or service not known." };
    yield { log: `wget: unable to resolve host address '${host}'` };
    die("download failed: exit code 4");
  }
  yield { log: "HTTP request sent, awaiting response... 200 OK" };
  yield { log: `Length: ${volume.size} [application/octet-stream]` };
  yield { log: `Saving to: '${path}.tmp_dwnl'` };
  for (const percent of [20, 40, 60, 80, 100]) {
    yield { ms: 800, log: `     ${Math.floor((volume.size * percent) / 100 / 1024)}K ${percent}%` };
  }
  store(call, storage, volume);
  yield { log: `download of '${url}' to '${path}' finished` };
}

const inspectUrl: Handler = (call) => {
  const url = new URL(need(call, "url"));
  if (url.hostname.endsWith(".invalid")) {
    die(`Can't connect to ${url.hostname}:443 (Name or service not known)`);
  }
  const filename = url.pathname.split("/").at(-1) ?? "";
  return { filename, size: sizeBehind(need(call, "url")), mimetype: "application/octet-stream" };
};

/** Files that come in from outside. */
export const storageUploadHandlers: Handlers = {
  "POST /nodes/{node}/storage/{storage}/upload": upload,
  "POST /nodes/{node}/storage/{storage}/download-url": download,
  "GET /nodes/{node}/query-url-metadata": inspectUrl,
};
