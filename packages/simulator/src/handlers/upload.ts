import { createHash, randomUUID } from "node:crypto";
import { die, invalid } from "../failure.js";
import type { Call, Handlers, TaskStep } from "../handler.js";
import type { Volume } from "../world.js";
import { findVolume, isDirectory, removeVolume, usableStorage, volumePath } from "../world-storage.js";

/** Uploading ISO images, container templates and disk images to import. */
export const uploadHandlers: Handlers = {
  "POST /nodes/{node}/storage/{storage}/upload": upload,
};

type UploadContent = "iso" | "vztmpl" | "import";

const extensions: Readonly<Record<UploadContent, RegExp>> = {
  iso: /.\.(iso|img)$/i,
  vztmpl: /.\.tar(\.(gz|xz|zst|bz2))?$/i,
  import: /.\.(ova|ovf|qcow2|raw|vmdk)$/i,
};

function upload(call: Call): string {
  const { params, world } = call;
  const node = String(params["node"]);
  const storage = usableStorage(world, String(params["storage"]), node);
  if (!world.nodes.has(node)) {
    die(`hostname lookup '${node}' failed - failed to get address info for: ${node}: Name or service not known`);
  }
  const content = params["content"] as UploadContent;
  if (!isDirectory(storage)) {
    die(`can't upload to storage type '${storage.type}'`);
  }
  if (!storage.content.includes(content)) {
    die(`storage '${storage.storage}' does not support '${content}' content`);
  }
  const name = String(params["filename"]).replace(/[^-a-zA-Z0-9_.]/g, "_");
  if (!extensions[content].test(name)) {
    invalid({ filename: content === "import" ? "invalid filename or wrong extension" : "wrong file extension" });
  }
  const bytes = call.upload?.bytes ?? new Uint8Array();
  const volume: Volume = {
    volid: `${storage.storage}:${content}/${name}`,
    ...(storage.shared ? {} : { node }),
    content,
    format: formatOf(content, name),
    size: bytes.length,
    used: bytes.length,
    ctime: call.now(),
  };
  const target = volumePath(storage, volume);
  return call.startTask({
    node,
    type: "imgcopy",
    id: "",
    work: function* () {
      const source = `/var/tmp/pveupload-${randomUUID().replaceAll("-", "")}`;
      yield { log: `starting file import from: ${source}` };
      yield* verifyChecksum(call, bytes);
      yield { log: `target node: ${node}\ntarget file: ${target}\nfile size is: ${bytes.length}` };
      yield { log: `command: cp -- ${source} ${target}`, ms: 100 };
      // An existing file is overwritten without a word.
      const before = findVolume(world, volume.volid, node);
      if (before) {
        removeVolume(world, before);
      }
      storage.volumes.push(volume);
      yield { log: "finished file import successfully" };
    },
  });
}

function formatOf(content: UploadContent, name: string): string {
  if (content === "vztmpl") {
    return name.endsWith(".tar") ? "tar" : `t${/[^.]+$/.exec(name)?.[0] ?? "gz"}`;
  }
  return content === "iso" ? "iso" : (/[^.]+$/.exec(name)?.[0] ?? "raw");
}

function* verifyChecksum({ params }: Call, bytes: Uint8Array): Generator<TaskStep, void, void> {
  const expected = params["checksum"];
  if (expected === undefined) {
    return;
  }
  const got = createHash(String(params["checksum-algorithm"])).update(bytes).digest("hex");
  if (got !== String(expected).toLowerCase()) {
    die(`checksum mismatch: got '${got}' != expect '${String(expected)}'`);
  }
  yield { log: "calculating checksum...OK, checksum verified" };
}
