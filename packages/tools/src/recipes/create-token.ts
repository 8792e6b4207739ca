import { ToolPreconditionError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, openObject } from "../schema.js";
import { notesSchema, plain } from "../window.js";

/** What making a token answers: its full id and where the secret is, never the secret. */
export const createTokenOutput = openObject(
  {
    token: { type: "string", description: "Full id: user@realm!tokenid." },
    info: { type: "object", description: "expire (seconds since the epoch, 0 for never), privsep, comment." },
    secret_saved_to: { type: "string", description: "Where an operator finds the secret." },
    notes: notesSchema,
  },
  ["token", "secret_saved_to"],
);

/** Makes a token and hands its secret to whoever keeps secrets. When that fails, the token is taken back. */
export async function createToken(call: Invocation): Promise<Answer> {
  const userid = String(call.params["userid"]);
  const tokenid = String(call.params["tokenid"]);
  const made = await callOperation(call, "POST /access/users/{userid}/token/{tokenid}", call.params);
  const record = isRecord(made) ? made : {};
  const token = String(record["full-tokenid"] ?? `${userid}!${tokenid}`);
  const place = await keep(call, token, String(record["value"] ?? ""));
  const separated = isRecord(record["info"]) && Number(record["info"]["privsep"]) !== 0;
  const notes = separated
    ? ["It may do nothing yet: a separated token needs ACL entries of its own (set_acl with tokenid)."]
    : [];
  return {
    token,
    ...(isRecord(record["info"]) && { info: plain(record["info"]) }),
    secret_saved_to: place,
    ...(notes.length > 0 && { notes }),
  };
}

async function keep(call: Invocation, token: string, secret: string): Promise<string> {
  try {
    if (call.saveSecret === undefined) throw new Error("there is no place for secrets");
    return await call.saveSecret(`token-${token}`, `${token}=${secret}`);
  } catch (error) {
    const { userid, tokenid } = call.params;
    await callOperation(call, "DELETE /access/users/{userid}/token/{tokenid}", { userid, tokenid });
    throw new ToolPreconditionError(
      `the secret could not be saved, so the token was taken back: ${error instanceof Error ? error.message : String(error)}`,
      "The operator looks at the directory for secrets; then try again.",
      { cause: error },
    );
  }
}
