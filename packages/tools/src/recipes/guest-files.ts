import { PveRequestError, type ResultOf } from "@pve/client";
import { ToolArgumentError, ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation, numberOf } from "../invocation.js";
import { openObject } from "../schema.js";
import { notesSchema } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

type Read = ResultOf<typeof READ>;

const READ = "GET /nodes/{node}/qemu/{vmid}/agent/file-read";
const DEFAULT_CHARACTERS = 20_000;
/** What one write may hold once it is base64. */
const MOST_ENCODED = 61_440;

/** A part of a file, as text. */
export const guestFileOutput = openObject(
  {
    vmid: { type: "integer" },
    node: { type: "string" },
    file: { type: "string" },
    content: { type: "string" },
    bytes_read: { type: "integer" },
    truncated: { type: "boolean", description: "There is more than content shows." },
    notes: notesSchema,
  },
  ["vmid", "file", "content", "truncated"],
);

/** What writing a file answers: how large it was before and is now. */
export const guestFileWriteOutput = openObject(
  {
    vmid: { type: "integer" },
    node: { type: "string" },
    file: { type: "string" },
    before_bytes: { type: "integer", description: "Size of what was overwritten; absent for a new file." },
    bytes: { type: "integer" },
    done: { type: "boolean" },
    notes: notesSchema,
  },
  ["vmid", "file", "bytes", "done"],
);

/** Reads a text file in a guest, from its beginning or from `offset`. */
export async function readGuestFile(call: Invocation): Promise<Answer> {
  const file = String(call.params["file"]);
  const most = numberOf(call.args, "max_chars") ?? DEFAULT_CHARACTERS;
  const answer = await readFile(call, file);
  const content = answer.content.slice(0, most);
  const binary = /[\0\uFFFD]/.test(content);
  const truncated = answer.truncated === true || content.length < answer.content.length;
  const notes = [
    ...(truncated ? [`Only ${content.length} characters are shown; offset (in bytes, PVE 9.2) reads on.`] : []),
    ...(binary ? ["It is no text: what is shown is damaged."] : []),
  ];
  return {
    ...guestOf(call),
    file,
    content,
    bytes_read: answer["bytes-read"],
    truncated,
    ...(notes.length > 0 && { notes }),
  };
}

async function readFile(call: Invocation, file: string): Promise<Read> {
  const offset = numberOf(call.args, "offset");
  try {
    return await call.pve.call(READ, { ...guestOf(call), file, ...(offset !== undefined && { offset }) }, call.watch);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new ToolNotFoundError(`there is no file ${file} in VM ${guestOf(call).vmid}`, undefined, { cause: error });
  }
}

function isMissing(error: unknown): error is PveRequestError {
  return error instanceof PveRequestError && /No such file or directory/i.test(error.reason);
}

/**
 * Writes a file in a guest. One that exists is overwritten only when told so, after a look at it; who may not read it is
 * not stopped by that.
 */
export async function writeGuestFile(call: Invocation): Promise<Answer> {
  const file = String(call.params["file"]);
  const content = String(call.params["content"]);
  const bytes = new TextEncoder().encode(content);
  const before = await attempt("what is there now", sizeOf(call, file));
  const size = foundOf(before);
  if (size !== undefined && call.args["overwrite"] !== true) {
    throw new ToolPreconditionError(
      `${file} exists in VM ${guestOf(call).vmid} (${size} bytes); nothing was written`,
      "Give overwrite true: its present content is lost.",
    );
  }
  await call.pve.call(
    "POST /nodes/{node}/qemu/{vmid}/agent/file-write",
    { ...guestOf(call), file, ...encoded(bytes, content) },
    call.watch,
  );
  const notes = missingOf([before]);
  return {
    ...guestOf(call),
    file,
    ...(size !== undefined && { before_bytes: size }),
    bytes: bytes.length,
    done: true,
    ...(notes.length > 0 && { notes }),
  };
}

/** PVE itself encodes only what fits into one byte a character; everything else has to come encoded. */
function encoded(bytes: Uint8Array, content: string): { readonly content: string; readonly encode: boolean } {
  // As many bytes as characters: nothing but ASCII.
  const plain = bytes.length === content.length;
  const sent = plain ? content : btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  if (sent.length > MOST_ENCODED) {
    throw new ToolArgumentError({
      content: `too long: ${bytes.length} bytes, and one write takes 60 KiB of ASCII or 45 KiB`,
    });
  }
  return { content: sent, encode: plain };
}

/** The size of a file; undefined when there is none. */
async function sizeOf(call: Invocation, file: string): Promise<number | undefined> {
  try {
    return (await call.pve.call(READ, { ...guestOf(call), file }, call.watch))["bytes-read"];
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
