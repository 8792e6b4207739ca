import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Answer, openSession, type Session } from "./session.js";

const path = "/nodes/pve1/storage/local/upload";
const boundary = "----PVEBOUNDARY";
const content = 'name="content"\r\n\r\niso';
const checksum = (value: string) => `name="checksum"\r\n\r\n${value}`;
const algorithm = 'name="checksum-algorithm"\r\n\r\nsha256';
const file = (name: string, field = "filename") =>
  `name="${field}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n0123456789`;

function multipart(parts: readonly string[], lineEnd = "\r\n"): string {
  const body = parts.map((part) => `--${boundary}\r\nContent-Disposition: form-data; ${part}\r\n`).join("");
  return `${body}--${boundary}--\r\n`.replaceAll("\r\n", lineEnd);
}

function upload(
  { send }: Session,
  form: string,
  more: { token?: string; type?: string; query?: string } = {},
): Promise<Answer> {
  const headers = { "content-type": more.type ?? `multipart/form-data; boundary=${boundary}` };
  return send("POST", `${path}${more.query ?? ""}`, { form, headers, ...(more.token ? { token: more.token } : {}) });
}

async function finish({ send, sim }: Session, answer: Answer): Promise<readonly string[]> {
  const upid = String(answer.json.data);
  expect(upid).toMatch(/^UPID:pve1:.*:imgcopy::root@pam!full:$/);
  await sim.clock.advance(60_000);
  const { data } = (await send("GET", `/nodes/pve1/tasks/${upid}/log?limit=0`)).json;
  return (data as { t: string }[]).map((line) => line.t);
}

describe("uploads", () => {
  it("put a file on the storage", async () => {
    const session = openSession();
    const log = await finish(session, await upload(session, multipart([content, file("new image.iso")])));
    expect(log.slice(1, 4)).toStrictEqual([
      "target node: pve1",
      "target file: /var/lib/vz/template/iso/new_image.iso",
      "file size is: 10",
    ]);
    expect(log.slice(-2)).toStrictEqual(["finished file import successfully", "TASK OK"]);
    const { data } = (await session.send("GET", "/nodes/pve1/storage/local/content?content=iso")).json;
    expect(data).toContainEqual(expect.objectContaining({ volid: "local:iso/new_image.iso", size: 10, format: "iso" }));
  });

  it("may end their lines with a line feed alone, and take the content from the query", async () => {
    const session = openSession();
    const form = multipart([file("lf.iso")], "\n");
    expect(await finish(session, await upload(session, form, { query: "?content=iso" }))).toContain("file size is: 10");
  });

  it("are verified when a checksum comes along", async () => {
    const session = openSession();
    const sum = createHash("sha256").update("0123456789").digest("hex");
    const good = await upload(session, multipart([content, algorithm, checksum(sum), file("a.iso")]));
    expect(await finish(session, good)).toContain("calculating checksum...OK, checksum verified");
    const wrong = "0".repeat(64);
    const bad = await upload(session, multipart([content, algorithm, checksum(wrong), file("b.iso")]));
    expect((await finish(session, bad)).at(-1)).toBe(
      `TASK ERROR: checksum mismatch: got '${sum}' != expect '${wrong}'`,
    );
  });

  it.each([
    ["without content", [file("x.iso")], { content: "property is missing and it is not optional" }],
    [
      "whose file comes before its content",
      [file("x.iso"), content],
      { content: "property is missing and it is not optional" },
    ],
    ["with a wrong extension", [content, file("x.txt")], { filename: "wrong file extension" }],
    [
      "with a checksum but no algorithm",
      [content, checksum("abc"), file("x.iso")],
      { "checksum-algorithm": "missing property required by 'checksum'" },
    ],
  ])("are refused %s", async (_title, parts, errors) => {
    const session = openSession();
    const answer = await upload(session, multipart(parts));
    expect(answer).toMatchObject({ status: 400, json: { errors } });
  });

  it.each([
    ["an unknown field", [content, 'name="bogus"\r\n\r\n1', file("x.iso")]],
    ["the checksum before its algorithm", [content, checksum("abc"), algorithm, file("x.iso")]],
  ])("are refused without a word for %s", async (_title, parts) => {
    const session = openSession();
    expect(await upload(session, multipart(parts))).toMatchObject({ status: 400, reason: "Bad Request", text: "" });
  });

  it("need the file to be called filename", async () => {
    const session = openSession();
    const answer = await upload(session, multipart([content, file("x.iso", "file")]));
    expect(answer.status).toBe(500);
    expect(answer.reason).toMatch(/^wrong field name 'file' for file upload, expected 'filename'/);
  });

  it("do not understand a quoted boundary", async () => {
    const session = openSession();
    const type = `multipart/form-data; boundary="${boundary}"`;
    const answer = await upload(session, multipart([content, file("x.iso")]), { type });
    expect(answer).toMatchObject({ status: 500, reason: expect.stringMatching(/^upload failed at/) });
  });

  it("are not answered at all when they are no multipart form, or bring their own temporary file", async () => {
    const session = openSession();
    const type = "application/x-www-form-urlencoded";
    await expect(upload(session, "content=iso&filename=x.iso", { type })).rejects.toThrow("fetch failed");
    const forged = upload(session, multipart([content, file("x.iso")]), { query: "?tmpfilename=/etc/passwd" });
    await expect(forged).rejects.toThrow("fetch failed");
  });

  it("are refused late and without body to those who may not", async () => {
    const session = openSession();
    const before = session.sim.clock.now();
    const token = session.sim.credentials.operatorToken;
    const answer = await upload(session, multipart([content, file("x.iso")]), { token });
    expect(answer).toMatchObject({
      status: 403,
      reason: "Permission check failed (/storage/local, Datastore.AllocateTemplate)",
      text: "",
    });
    expect(session.sim.clock.now() - before).toBeGreaterThanOrEqual(3000);
  });

  it("need no CSRF token", async () => {
    const session = openSession();
    const { sim, send } = session;
    const login = { username: "root@pam", password: sim.credentials.password };
    const { ticket } = (await send("POST", "/access/ticket", { token: null, form: login })).json.data as {
      ticket: string;
    };
    const headers = { "content-type": `multipart/form-data; boundary=${boundary}`, cookie: `PVEAuthCookie=${ticket}` };
    const form = multipart([content, file("x.iso")]);
    expect(await send("POST", path, { token: null, form, headers })).toMatchObject({ status: 200 });
  });
});
