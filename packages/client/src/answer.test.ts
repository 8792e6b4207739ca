import { describe, expect, it, test } from "vitest";
import { type RawAnswer, readAnswer } from "./answer.js";
import { PveProtocolError, PveRequestError } from "./errors.js";

const answer = (parts: Partial<RawAnswer>): RawAnswer => ({
  operation: "GET /x",
  status: 200,
  reason: "OK",
  contentType: "application/json;charset=UTF-8",
  body: '{"data":null}',
  ...parts,
});

describe("readAnswer", () => {
  it("gives data, total and changes", () => {
    expect(readAnswer(answer({ body: '{"data":[1],"total":7,"changes":"--- a"}' }))).toEqual({
      data: [1],
      total: 7,
      changes: "--- a",
    });
    expect(readAnswer(answer({}))).toEqual({ data: null });
  });

  it("gives a download as text", () => {
    expect(readAnswer(answer({ contentType: "text/plain", body: "line 1\n" }))).toEqual({ data: "line 1\n" });
  });

  test.each<[string, Partial<RawAnswer>, RegExp]>([
    ["cut JSON", { body: '{"data":[{"vmid":10' }, /broken or cut JSON/],
    ["nothing", { body: "" }, /answered with nothing/],
    ["JSON of somebody else", { body: '{"ok":true}' }, /without `data`/],
    [
      "a file",
      { contentType: "application/octet-stream", body: "PK" },
      /octet-stream, not JSON; take it with asResponse/,
    ],
    ["a login page", { contentType: "text/html", body: "<!doctype html>" }, /HTML/],
    ["HTML with a status of its own", { status: 404, reason: "Not Found", body: "<html>" }, /HTML \(404\)/],
    ["a redirect", { status: 301, reason: "Moved", body: "" }, /redirect \(301\); check baseUrl/],
  ])("takes %s for no answer of PVE's", (_, parts, want) => {
    expect(() => readAnswer(answer(parts))).toThrow(PveProtocolError);
    expect(() => readAnswer(answer(parts))).toThrow(want);
  });

  const refusals: [string, Partial<RawAnswer>, Partial<PveRequestError>][] = [
    [
      "texts per parameter",
      {
        status: 400,
        reason: "Parameter verification failed.",
        body: { data: null, message: "Parameter verification failed.\n", errors: { vmid: "bad\n" } },
      },
      { status: 400, reason: "Parameter verification failed.", fields: { vmid: "bad\n" }, kind: "parameter" },
    ],
    ["errors inside a 200", { body: '{"data":null,"errors":{"x":"bad"}}' }, { status: 200, fields: { x: "bad" } }],
    [
      "all lines of a message",
      { status: 500, reason: "a", body: { data: null, message: "a\nb\n" } },
      { reason: "a\nb" },
    ],
    [
      "only a reason phrase",
      { status: 500, reason: "VM is locked (backup)", body: { data: null } },
      { kind: "locked" },
    ],
    [
      "plain text, behind HTTP/2",
      { status: 501, reason: "", contentType: "", body: "for data too large" },
      { reason: "for data too large" },
    ],
    ["an empty body", { status: 401, reason: "No ticket", body: "" }, { kind: "authentication", reason: "No ticket" }],
    [
      "a gateway's HTML",
      { status: 502, reason: "Bad Gateway", body: "<html>" },
      { kind: "node-unreachable", reason: "Bad Gateway" },
    ],
  ];
  test.each(refusals)("tells a refusal by %s", (_, parts, want) => {
    expect(() => readAnswer(answer(parts))).toThrow(PveRequestError);
    expect(() => readAnswer(answer(parts))).toThrow(expect.objectContaining(want));
  });
});
