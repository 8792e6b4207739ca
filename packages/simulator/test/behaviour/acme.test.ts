import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

const path = "/cluster/acme";

describe("ACME accounts", () => {
  test("an account is registered, changed and deactivated by tasks", async () => {
    const root = await call().as("root");
    const { get, post, put, del, done } = root;
    const registered = await done(await post(`${path}/account`, { contact: "a@b.example", tos_url: "https://x" }));
    expect(registered.upid).toContain(":acmeregister::root@pam:");
    expect(registered.log.at(-2)).toMatch(/^Registration successful, account URL: 'https:/);
    expect(items(await get(`${path}/account`))).toEqual([{ name: "default" }]);
    await done(await put(`${path}/account/default`, { contact: "c@d.example" }));
    expect(object(await get(`${path}/account/default`))).toMatchObject({
      account: { status: "valid", contact: ["mailto:c@d.example"] },
      tos: "https://x",
    });
    await done(await del(`${path}/account/default`));
    expect(items(await get(`${path}/account`))).toEqual([]);
  });

  test("accounts that are there, that are not, and authorities that do not answer", async () => {
    const { get, post, put, del, done } = await call().as("root");
    const body = { contact: "a@b.example", name: "x1" };
    const far = await done(await post(`${path}/account`, { ...body, directory: "https://127.0.0.1:9/directory" }));
    expect(far.exitstatus).toBe("Registration failed: Error: GET to https://127.0.0.1:9/directory");
    await done(await post(`${path}/account`, body));
    expect((await post(`${path}/account`, body)).errors).toEqual({
      name: "ACME account config file 'x1' already exists.",
    });
    const errors = { name: "ACME account config file 'ghost' does not exist." };
    for (const answer of [
      await get(`${path}/account/ghost`),
      await put(`${path}/account/ghost`, {}),
      await del(`${path}/account/ghost`),
    ]) {
      expect(answer).toMatchObject({ status: 400, errors });
    }
    expect((await get(`${path}/account?x=1`)).status).toBe(400);
  });
});

describe("ACME plugins", () => {
  test("a plugin reads back with its data as text", async () => {
    const { get, post, put, del } = call();
    const data = Buffer.from("CF_Token=abc").toString("base64");
    expect((await post(`${path}/plugins`, { id: "cf", type: "dns", api: "cf", data })).status).toBe(200);
    const read = object(await get(`${path}/plugins/cf`));
    expect(read).toMatchObject({ plugin: "cf", type: "dns", api: "cf", data: "CF_Token=abc" });
    await put(`${path}/plugins/cf`, { nodes: "pve1", digest: String(read["digest"]) });
    await put(`${path}/plugins/cf`, { delete: "data" });
    expect(items(await get(`${path}/plugins?type=dns`))).toMatchObject([{ plugin: "cf", nodes: "pve1" }]);
    expect((await put(`${path}/plugins/cf`, { nodes: "pve2", digest: String(read["digest"]) })).status).toBe(500);
    expect((await del(`${path}/plugins/cf`)).status).toBe(200);
    await del(`${path}/plugins/standalone`);
    expect(items(await get(`${path}/plugins`))).toMatchObject([{ plugin: "standalone", type: "standalone" }]);
  });

  test("plugins that are there, that are not, that are not complete", async () => {
    const { get, post, put, as } = call();
    const make = async (body: Record<string, string>) => (await post(`${path}/plugins`, body)).reason;
    expect(await make({ id: "standalone", type: "standalone" })).toBe("ACME plugin ID 'standalone' already exists");
    expect(await make({ id: "cf", type: "dns" })).toBe("missing value for required option 'api'");
    expect((await get(`${path}/plugins/ghost`)).reason).toBe("ACME plugin 'ghost' not defined");
    expect((await put(`${path}/plugins/ghost`, {})).reason).toBe("ACME plugin ID 'ghost' does not exist");
    const auditor = await as("auditorToken");
    expect((await auditor.get(`${path}/plugins`)).status).toBe(403);
    expect((await auditor.del(`${path}/plugins/standalone`)).status).toBe(403);
  });
});

test("authorities are listed, with their terms as far as they answer", async () => {
  const { get } = call();
  const [first] = items(await get(`${path}/directories`));
  expect(first).toMatchObject({ name: "Let's Encrypt V2" });
  expect((await get(`${path}/tos`)).data).toMatch(/^https:/);
  expect(object(await get(`${path}/meta`))).toMatchObject({ termsOfService: expect.stringMatching(/^https:/) });
  for (const what of ["tos", "meta"]) {
    expect((await get(`${path}/${what}?directory=http://x.example/d`)).reason).toBe("Error: GET to http://x.example/d");
  }
  expect(items(await get(`${path}/challenge-schema`))).toContainEqual({
    id: "cf",
    name: "cf",
    type: "dns",
    schema: {},
  });
  expect(items(await get(path))).toContainEqual({ name: "plugins" });
  for (const what of ["", "/directories", "/challenge-schema"]) {
    expect((await get(`${path}${what}?x=1`)).status).toBe(400);
  }
});
