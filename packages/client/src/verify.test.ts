import { inspect } from "node:util";
import { describe, expect, it, test } from "vitest";
import { PveParameterError } from "./errors.js";
import type { OperationSpec } from "./operation.js";
import { parsePropertyString } from "./property.js";
import { propertyCodec } from "./property-codec.js";
import { parseRoute, type Route } from "./route.js";
import { findOperation } from "./table.js";
import { verifyParams } from "./verify.js";

const route = parseRoute("PUT /nodes/{node}/qemu/{vmid}/config") as Route;
const spec: OperationSpec = {
  params: {
    node: { type: "string", required: true },
    vmid: { type: "integer", min: 100, max: 999_999_999, required: true },
    cores: { type: "integer", min: 1 },
    cpulimit: { type: "number", max: 128 },
    onboot: { type: "boolean" },
    name: { type: "string", pattern: "[a-z]+", maxLength: 5, minLength: 2 },
    bios: { type: "string", enum: ["seabios", "ovmf"] },
    tags: { type: "string", list: true },
    command: { type: "array", items: { type: "string", maxLength: 3 } },
    force: { type: "boolean", requires: "delete" },
    delete: { type: "string", list: true },
    cipassword: { type: "string", minLength: 5 },
    keyboard: { type: "string", enum: ["de", "en-us"] },
    numa: { type: "boolean" },
    "numa[n]": { type: "string", grammar: "qemu-numa", indices: 8 },
    "net[n]": { type: "string", grammar: "qemu-net", indices: 32 },
  },
};

const verify = (params: Record<string, unknown>) =>
  verifyParams(route, spec, { node: "pve1", vmid: 100, ...params }, propertyCodec);

async function problems(params: Record<string, unknown>): Promise<Readonly<Record<string, string>>> {
  try {
    await verify(params);
  } catch (error) {
    if (error instanceof PveParameterError) return error.problems;
    throw error;
  }
  return {};
}

describe("verifyParams", () => {
  it("sorts parameters by where they go, in wire form", async () => {
    const params = {
      onboot: true,
      tags: ["a", "b"],
      net0: { model: "virtio" },
      numa: false,
      numa7: "cpus=0",
      cores: undefined,
    };
    expect(await verify(params)).toEqual({
      path: { node: "pve1", vmid: "100" },
      rest: { onboot: "1", tags: "a,b", net0: "virtio", numa: "0", numa7: "cpus=0" },
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ["digits as text", { cores: "4", vmid: "100" }],
    ["a signed integer", { cores: "+2" }],
    ["an exponent for a number", { cpulimit: "1e1" }],
    ["1 and 0 for booleans", { onboot: 1, numa: "0" }],
    ["one trailing newline, as Perl's patterns do", { name: "abc\n" }],
    ["a single value for an array", { command: "ls" }],
    ["an empty list", { delete: [] }],
    ["what requires another together with it", { force: true, delete: "net0" }],
    ["characters rather than bytes counted", { name: "züüüh" }],
  ])("lets pass %s", async (_, params) => {
    expect(await problems(params)).toEqual({});
  });

  test.each<[Record<string, unknown>, string, RegExp]>([
    [{ core: 2 }, "core", /not a parameter.*did you mean cores\?/],
    [{ OnBoot: true }, "OnBoot", /did you mean onboot\?/],
    [{ teleport: true }, "teleport", /not a parameter of this operation; leave it out/],
    [{ vmid: undefined }, "vmid", /is required/],
    [{ node: "" }, "node", /is empty/],
    [{ node: ".." }, "node", /'\.\.' cannot be a part of the path/],
    [{ node: "pve1/qemu/100" }, "node", /holds a slash/],
    [{ vmid: "100/snapshot/x" }, "vmid", /holds a slash/],
    [{ vmid: 99 }, "vmid", /99 is too small; give at least 100/],
    [{ cores: 1.5 }, "cores", /'1\.5' is no whole number/],
    [{ cores: "0x10" }, "cores", /no whole number/],
    [{ cpulimit: Number.NaN }, "cpulimit", /NaN is no number/],
    [{ cpulimit: 129 }, "cpulimit", /too large; give at most 128/],
    [{ onboot: "yes" }, "onboot", /no boolean; use true or false/],
    [{ name: "ABC" }, "name", /'ABC' does not match \[a-z\]\+/],
    [{ name: "abcdef" }, "name", /6 characters long; PVE takes at most 5/],
    [{ name: "a" }, "name", /PVE wants at least 2/],
    [{ bios: "efi" }, "bios", /give one of seabios, ovmf/],
    [{ command: ["ls", "-lah"] }, "command", /item 1: is 4 characters long/],
    [{ vmid: null }, "vmid", /null is not a value/],
    [{ delete: null }, "delete", /null is not a value/],
    [{ teleport: null }, "teleport", /not a parameter/],
    [{ force: true }, "delete", /is required by force/],
    [{ net32: "virtio" }, "net32", /PVE knows net0 to net31/],
    [{ net01: "virtio" }, "net01", /PVE knows net0 to net31/],
    [{ "net[n]": "virtio" }, "net[n]", /PVE knows net0 to net31/],
    [{ net0: { model: "virtoi" } }, "net0", /model must be one of/],
    [{ name: "x".repeat(600_000) }, "name", /makes the request 600\d+ bytes long|at most 5/],
  ])("turns down %j", async (params, field, want) => {
    const found = await problems(params);
    expect(Object.keys(found)).toEqual([field]);
    expect(found[field]).toMatch(want);
  });

  it("reports all problems in one error, with the first one's field and value", async () => {
    const attempt = verify({ cores: 0, bios: "efi", vmid: undefined });
    await expect(attempt).rejects.toBeInstanceOf(PveParameterError);
    await expect(attempt).rejects.toMatchObject({
      code: "PVE_PARAMETER",
      operation: route.id,
      field: "cores",
      value: 0,
      problems: { cores: expect.any(String), bios: expect.any(String), vmid: expect.any(String) },
    });
  });

  it("never shows what may be a secret, but shows what merely sounds like one", async () => {
    expect(await problems({ cipassword: "hush" })).toEqual({ cipassword: "does not have the form PVE asks for" });
    expect((await problems({ keyboard: "xx" }))["keyboard"]).toMatch(/'xx' is not known here/);
    try {
      await verify({ cipassword: "hush" });
    } catch (error) {
      expect(JSON.stringify(error) + String(error)).not.toContain("hush");
    }
    const text = "host=pve9,host=pve8,apitoken=PVEAPIToken=root@pam!t=hush";
    try {
      parsePropertyString(text, "proxmox-remote");
    } catch (error) {
      expect(inspect(error, { showHidden: true })).not.toContain("hush");
    }
    expect.assertions(4);
  });

  it.each([
    ["POST /nodes/{node}/storage/{storage}/download-url", { url: "ftp://u:hush@files.example/a.iso" }],
    ["PUT /cluster/options", { http_proxy: "https//u:hush@proxy" }],
    ["PUT /access/users/{userid}", { userid: "root@pam!t=hush-hush" }],
    ["POST /cluster/acme/plugins", { data: { token: "hush" } }],
    ["POST /nodes/{node}/qemu/{vmid}/agent/exec", { command: [{ password: "hush" }] }],
    ["POST /nodes/{node}/qemu/{vmid}/agent/file-write", { content: ["hush"] }],
    ["POST /nodes/{node}/qemu/{vmid}/remote_migrate", { "target-endpoint": { apitoken: "hush" } }],
  ])("never shows credentials, wherever they are: %s %j", async (id, params) => {
    const { route: at, spec: of } = await findOperation(id);
    const error = await (async () => verifyParams(at, of, params, propertyCodec))().catch((known: unknown) => known);
    expect(error).toBeInstanceOf(PveParameterError);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hush");
  });

  it("turns down a form larger than PVE reads", async () => {
    expect((await problems({ tags: "x".repeat(524_300) }))["tags"]).toMatch(/PVE takes 524288/);
  });

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ name: null }, { delete: "name" }],
    [
      { cores: 2, net3: null, numa: null },
      { cores: "2", delete: "net3,numa" },
    ],
    [{ name: null, delete: "bios; tags" }, { delete: "bios,tags,name" }],
    [{ name: null, delete: ["name"] }, { delete: "name" }],
  ])("moves what is null to delete: %j", async (params, rest) => {
    expect(await verify(params)).toMatchObject({ rest });
  });
});
