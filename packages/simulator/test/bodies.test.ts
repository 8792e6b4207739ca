import { describe, expect, it } from "vitest";
import { openSession } from "./session.js";
import { answerWithBody } from "./wire.js";

const groups = "/access/groups";

describe("request bodies", () => {
  it.each(["GET", "DELETE"])("refuses a body with %s", async (method) => {
    const { sim } = openSession();
    const answer = await answerWithBody(sim, method, "/api2/json/version", "a=1");
    expect(answer).toBe(`501 Unexpected content for method '${method}'`);
  });

  it("refuses a body over 512 KiB and takes one of exactly that size", async () => {
    const { send } = openSession();
    const form = (bytes: number) => `comment=${"a".repeat(bytes - "comment=".length)}`;
    expect(await send("POST", groups, { form: form(524_289) })).toMatchObject({
      status: 501,
      reason: "for data too large",
      text: "for data too large",
    });
    expect(await send("POST", groups, { form: form(524_288) })).toMatchObject({ status: 400 });
  });

  it("refuses a streamed body, because fetch sends it in chunks", async () => {
    const { sim } = openSession();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("groupid=g1"));
        controller.close();
      },
    });
    const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
    const init = { method: "POST", body, headers, duplex: "half" } as RequestInit;
    const answer = await sim.fetch("/api2/json/access/groups", init);
    expect([answer.status, answer.statusText]).toStrictEqual([501, "chunked transfer encoding not supported"]);
  });

  it.each(["text/plain", "multipart/form-data; boundary=XX", "Application/JSON"])(
    "does not implement the content type %s",
    async (type) => {
      const { send } = openSession();
      const text = `upload 'Content-Type '${type}' not implemented`;
      const answer = await send("POST", groups, { form: "groupid=g1", headers: { "content-type": type } });
      expect(answer).toMatchObject({ status: 506, reason: text, text });
    },
  );

  it("ignores parameters of the content type", async () => {
    const { send } = openSession();
    const headers = { "content-type": "application/json; charset=utf-8" };
    expect(await send("POST", groups, { form: '{"groupid":"g1"}', headers })).toMatchObject({ status: 200 });
  });

  it.each([
    [
      '{"groupid":"g1"',
      /^, or } expected while parsing object\/hash, at character offset 15 \(before "\(end of string\)"\)/,
    ],
    ["[1,2]", /^Not a HASH reference at/],
    ['"x"', /^Can't use string \("x"\) as a HASH ref/],
    ["", /^malformed JSON string, neither tag, array, object, number, string or atom, at character offset 0/],
  ])("answers the JSON body %s with the decoder's words in plain text", async (form, text) => {
    const { send } = openSession();
    const answer = await send("POST", groups, { form, headers: { "content-type": "application/json" } });
    expect(answer.status).toBe(500);
    expect(answer.reason).toMatch(text);
    expect(answer.text).toBe(`${answer.reason}\n`);
    expect(answer.json).toStrictEqual({});
  });

  it("takes a null in JSON and a key without = for absent", async () => {
    const { send } = openSession();
    const missing = { groupid: "property is missing and it is not optional" };
    expect((await send("POST", groups, { json: { groupid: null } })).json.errors).toStrictEqual(missing);
    expect((await send("POST", groups, { form: "groupid" })).json.errors).toStrictEqual(missing);
  });

  it("cuts a form value at its second equals sign and ends pairs at semicolons", async () => {
    const { send } = openSession();
    await send("POST", groups, { form: "groupid=g1&comment=a=b,c=d" });
    expect((await send("GET", "/access/groups/g1")).json.data).toStrictEqual({ members: [], comment: "a" });
    await send("POST", groups, { form: "groupid=g2;comment=x" });
    expect((await send("GET", "/access/groups/g2")).json.data).toStrictEqual({ members: [], comment: "x" });
  });

  it("decodes plus, percent and UTF-8", async () => {
    const { send } = openSession();
    await send("POST", groups, { form: "groupid=g1&comment=h%C3%A9llo+w%C3%B6rld%0Aline2+100%25+a%2Bb+%E6%97%A5" });
    const { json } = await send("GET", "/access/groups/g1");
    expect(json.data).toMatchObject({ comment: "héllo wörld\nline2 100% a+b 日" });
  });

  it("merges query and body, lets the query win and drops the cache buster", async () => {
    const { send } = openSession();
    await send("POST", `${groups}?comment=query&_dc=123`, { form: "groupid=g1&comment=body" });
    expect((await send("GET", "/access/groups/g1?_dc=1")).json.data).toMatchObject({ comment: "query" });
  });

  it("takes a form without content type", async () => {
    const { sim } = openSession();
    expect(await answerWithBody(sim, "POST", "/api2/json/access/groups", "groupid=g1")).toBe("200 OK");
  });

  it("hangs up on a header block of 8 KiB", async () => {
    const { send } = openSession();
    await expect(send("GET", "/version", { headers: { "x-big": "x".repeat(8192) } })).rejects.toThrow("fetch failed");
  });
});
