import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient, type UploadFile, upload } from "@pve/client/node";
import { certificate } from "./certificate.js";

const [, , url = "", form = "stream", size = "0"] = process.argv;
const total = Number(size);
const file = path.join(tmpdir(), `pve-bench-upload-${process.pid}.iso`);

async function* zeros(): AsyncGenerator<Uint8Array, void, void> {
  const piece = new Uint8Array(256 * 1024);
  for (let left = total; left > 0; left -= piece.length) yield left < piece.length ? piece.subarray(0, left) : piece;
}

/** A file of that size which takes no room on the disk. */
async function sparseFile(): Promise<string> {
  const handle = await open(file, "w");
  await handle.truncate(total);
  await handle.close();
  return file;
}

const pve = createClient({
  baseUrl: url,
  auth: { token: "root@pam!bench=8a7b6c5d-0000-4000-8000-123456789abc" },
  tls: { ca: certificate.cert },
});
const source: UploadFile = form === "stream" ? { stream: zeros(), size: total } : await sparseFile();
const before = process.memoryUsage.rss();
const begun = performance.now();
let most = 0;
try {
  await upload(pve, {
    node: "pve1",
    storage: "local",
    content: "iso",
    file: source,
    filename: "bench.iso",
    ...(form === "path with sha256" ? { checksum: "sha256" as const } : {}),
    onProgress: () => {
      most = Math.max(most, process.memoryUsage.rss());
    },
  });
} finally {
  await rm(file, { force: true });
}
const seconds = (performance.now() - begun) / 1000;
// The kernel's own mark counts everything since the process began, loading TypeScript included.
process.send?.({ form, seconds, before, most, ever: process.resourceUsage().maxRSS * 1024 });
process.disconnect?.();
