import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { SendFile } from "@pve/tools";

/**
 * Uploads files that lie in one of the given directories, links resolved, with a checksum that PVE verifies. Any other
 * path is refused before it is opened, and is not said to exist.
 */
export function createFileSender(directories: readonly string[]): SendFile {
  return async ({ client, node, storage, content, path: given, filename, signal, onProgress }) => {
    const file = await allowedFile(directories, given);
    const { upload } = await import("@pve/client/node");
    return upload(client, {
      node,
      storage,
      content,
      file,
      filename,
      checksum: "sha256",
      ...(signal !== undefined && { signal }),
      onProgress({ step, bytes, total }) {
        const percent = total === 0 ? 100 : Math.floor((bytes / total) * 100);
        // The file is read twice: once for the checksum, once to be sent.
        onProgress({
          percent: Math.floor(step === "checksum" ? percent / 2 : 50 + percent / 2),
          message: `${step === "checksum" ? "checksum" : "sent"}: ${bytes} of ${total} bytes`,
        });
      },
    });
  };
}

async function allowedFile(directories: readonly string[], given: string): Promise<string> {
  const roots = await Promise.all(directories.map((directory) => realpath(directory).catch(() => undefined)));
  // A relative path is meant below the first directory, so that callers need not know where that is.
  const wanted = path.resolve(directories[0] ?? "/", given);
  const real = await realpath(wanted).catch(() => undefined);
  const within = real !== undefined && roots.some((root) => root !== undefined && isBelow(root, real));
  if (real === undefined || !within || !(await stat(real)).isFile()) {
    // With the tools comes their catalogue, which a server that has just started does without.
    const { ToolPreconditionError } = await import("@pve/tools");
    throw new ToolPreconditionError(
      `no file ${JSON.stringify(given)} may be uploaded; nothing was sent`,
      `Files for upload have to lie in ${directories.join(" or ")}.`,
    );
  }
  return real;
}

function isBelow(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
}
