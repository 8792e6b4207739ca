import { describe, expect, test } from "vitest";
import { type Caller, call, items, object } from "./caller.js";

const path = "/cluster/notifications";

describe.each([
  ["gotify", { server: "https://g.example", token: "hush" }, { comment: "new" }, "comment"],
  ["sendmail", { "mailto-user": "root@pam", comment: "c" }, { author: "PVE" }, "author"],
  [
    "smtp",
    { server: "m.example", "from-address": "a@b.example", mailto: "c@d.example", password: "hush" },
    { port: 25 },
    "port",
  ],
  [
    "webhook",
    { url: "https://h.example", method: "post", secret: "name=tok,value=c2VjcmV0" },
    { body: "eA==" },
    "body",
  ],
] as const)("endpoints of %s", (type, body, change, gone) => {
  const endpoint = `${path}/endpoints/${type}`;

  test("one is made, read without its secrets, changed, and deleted", async () => {
    const { get, post, put, del } = call();
    expect((await post(endpoint, { name: "e1", ...body })).status).toBe(200);
    const read = object(await get(`${endpoint}/e1`));
    expect(read).toMatchObject({ name: "e1", origin: "user-created", digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(JSON.stringify(read)).not.toMatch(/hush|c2VjcmV0/);
    expect((await put(`${endpoint}/e1`, { ...change, digest: String(read["digest"]) })).status).toBe(200);
    expect(object(await get(`${endpoint}/e1`))).toMatchObject(change);
    expect((await put(`${endpoint}/e1`, { comment: "x", digest: String(read["digest"]) })).status).toBe(400);
    await put(`${endpoint}/e1`, { delete: gone });
    expect(items(await get(endpoint)).find((item) => item["name"] === "e1")).not.toHaveProperty(gone);
    expect((await del(`${endpoint}/e1`)).status).toBe(200);
    expect((await get(`${endpoint}/e1`)).reason).toBe("endpoint 'e1' not found");
  });

  test("names are unique, unknown ones are not found, rights are asked for", async () => {
    const { post, put, del, as } = call();
    expect((await post(endpoint, { name: "mail-to-root", ...body })).status).toBe(400);
    expect((await put(`${endpoint}/ghost`, { comment: "x" })).status).toBe(404);
    expect((await del(`${endpoint}/ghost`)).status).toBe(404);
    const operator = await as("operatorToken");
    expect((await operator.get(endpoint)).status).toBe(403);
  });
});

describe("notifications", () => {
  async function withMatcher(): Promise<Caller> {
    const caller = call();
    await caller.post(`${path}/endpoints/gotify`, {
      name: "push",
      server: "https://g.example",
      token: "t",
      comment: "c",
    });
    await caller.post(`${path}/matchers`, { name: "errors", target: "push", "match-severity": "error", mode: "any" });
    return caller;
  }

  test("a matcher is made, read, changed and deleted, and holds on to its target", async () => {
    const { get, put, del } = await withMatcher();
    const read = object(await get(`${path}/matchers/errors`));
    expect(read).toMatchObject({
      name: "errors",
      target: ["push"],
      "match-severity": ["error"],
      origin: "user-created",
    });
    expect((await del(`${path}/endpoints/gotify/push`)).reason).toBe("cannot delete 'push', referenced by: errors");
    await put(`${path}/matchers/errors`, { delete: "target", comment: "x" });
    expect(items(await get(`${path}/matchers`)).map((item) => item["name"])).toEqual(["default-matcher", "errors"]);
    expect((await del(`${path}/endpoints/gotify/push`)).status).toBe(200);
    expect((await del(`${path}/matchers/errors`)).status).toBe(200);
  });

  test("what matchers may not be is refused", async () => {
    const { get, post, put, del, as } = await withMatcher();
    expect((await post(`${path}/matchers`, { name: "errors" })).status).toBe(400);
    const unknown = await post(`${path}/matchers`, { name: "m2", target: "ghost" });
    expect(unknown).toMatchObject({ status: 404, reason: "endpoint 'ghost' does not exist" });
    for (const answer of [
      await get(`${path}/matchers/ghost`),
      await put(`${path}/matchers/ghost`, {}),
      await del(`${path}/matchers/ghost`),
    ]) {
      expect(answer).toMatchObject({ status: 404, reason: "matcher 'ghost' not found" });
    }
    expect((await (await as("operatorToken")).get(`${path}/matchers`)).status).toBe(403);
  });

  test("what is built in can be changed and comes back by deleting it", async () => {
    const { get, put, del } = call();
    const origin = async (): Promise<unknown> => items(await get(`${path}/targets`))[0]?.["origin"];
    expect(await origin()).toBe("builtin");
    await put(`${path}/endpoints/sendmail/mail-to-root`, { disable: 1 });
    expect(await origin()).toBe("modified-builtin");
    await del(`${path}/endpoints/sendmail/mail-to-root`);
    expect(await origin()).toBe("builtin");
    expect((await put(`${path}/endpoints/sendmail/mail-to-root`, { delete: "mailto-user" })).reason).toBe(
      "must at least provide one recipient, either in mailto or in mailto-user",
    );
  });

  test("a test reaches the mail server of the node and nothing else", async () => {
    const { post } = await withMatcher();
    expect((await post(`${path}/targets/mail-to-root/test`)).status).toBe(200);
    expect((await post(`${path}/targets/push/test`)).status).toBe(500);
    expect((await post(`${path}/targets/ghost/test`)).status).toBe(404);
  });

  test("indices, targets and fields to match are listed to those who may see them", async () => {
    const { get, as } = await withMatcher();
    expect(items(await get(path))).toContainEqual({ name: "targets" });
    expect((await get(`${path}?x=1`)).status).toBe(400);
    expect(items(await get(`${path}/endpoints`))).toHaveLength(4);
    expect((await get(`${path}/endpoints?x=1`)).status).toBe(400);
    expect(items(await get(`${path}/targets`))).toContainEqual({
      name: "push",
      type: "gotify",
      origin: "user-created",
      comment: "c",
    });
    expect(items(await get(`${path}/matcher-fields`))).toContainEqual({ name: "type" });
    expect(items(await get(`${path}/matcher-field-values`))).toContainEqual({ field: "hostname", value: "pve2" });
    const operator = await as("operatorToken");
    for (const list of ["targets", "matcher-fields", "matcher-field-values"]) {
      expect((await operator.get(`${path}/${list}`)).status).toBe(403);
    }
  });
});
