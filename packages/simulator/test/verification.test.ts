import { describe, expect, it } from "vitest";
import { openSession } from "./session.js";

const config = "/nodes/pve1/qemu/100/config";
const unknown = "property is not defined in schema and the schema does not allow additional properties";
const missing = "property is missing and it is not optional";
const ostypes = "other, wxp, w2k, w2k3, w2k8, wvista, win7, win8, win10, win11, l24, l26, solaris";
const models =
  "e1000, e1000-82540em, e1000-82544gc, e1000-82545em, e1000e, i82551, i82557b, i82559er, ne2k_isa, ne2k_pci, pcnet, rtl8139, virtio, vmxnet3";

type Case = readonly [title: string, method: string, path: string, form: string, errors: Record<string, string>];

const cases: readonly Case[] = [
  ["an unknown parameter", "POST", "/access/groups", "groupid=g1&bogus=1", { bogus: unknown }],
  ["a missing parameter", "POST", "/access/groups", "", { groupid: missing }],
  ["text for an integer", "PUT", config, "cores=two", { cores: "type check ('integer') failed - got 'two'" }],
  ["a fraction for an integer", "PUT", config, "cores=1.5", { cores: "type check ('integer') failed - got '1.5'" }],
  ["blanks around an integer", "PUT", config, "cores=+2+", { cores: "type check ('integer') failed - got ' 2 '" }],
  ["hexadecimal for an integer", "PUT", config, "cores=0x2", { cores: "type check ('integer') failed - got '0x2'" }],
  ["nothing for an integer", "PUT", config, "cores=", { cores: "type check ('integer') failed - got ''" }],
  ["true for a boolean", "PUT", config, "onboot=true", { onboot: "type check ('boolean') failed - got 'true'" }],
  ["yes for a boolean", "PUT", config, "onboot=yes", { onboot: "type check ('boolean') failed - got 'yes'" }],
  ["nothing for a boolean", "PUT", config, "onboot=", { onboot: "type check ('boolean') failed - got ''" }],
  ["text for a number", "PUT", config, "cpulimit=abc", { cpulimit: "type check ('number') failed - got 'abc'" }],
  [
    "a name that is no host name",
    "PUT",
    config,
    "name=bad_name!",
    { name: "invalid format - value does not look like a valid DNS name\n" },
  ],
  [
    "a value outside the enumeration",
    "PUT",
    config,
    "ostype=dos",
    { ostype: `value 'dos' does not have a value in the enumeration '${ostypes}'` },
  ],
  ["too small a number", "PUT", config, "cores=0", { cores: "value must have a minimum value of 1" }],
  ["too large a number", "PUT", config, "cpulimit=500", { cpulimit: "value must have a maximum value of 128" }],
  [
    "a number beyond 64 bits",
    "PUT",
    config,
    "cpuunits=99999999999999999999",
    { cpuunits: "value must have a maximum value of 262144" },
  ],
  [
    "too long a text",
    "PUT",
    config,
    `description=${"x".repeat(8193)}`,
    { description: "value may only be 8192 characters long" },
  ],
  [
    "too short a text",
    "POST",
    "/access/users",
    "userid=short%40pve&password=abc",
    { password: "value must be at least 8 characters long" },
  ],
  ["a pattern", "PUT", config, "vmgenid=zzz", { vmgenid: "value does not match the regex pattern" }],
  [
    "an unknown key of a property string",
    "PUT",
    config,
    "net0=virtio%2Cbogus%3D1",
    { net0: `invalid format - format error\nnet0.bogus: ${unknown}\n` },
  ],
  [
    "a missing key of a property string",
    "PUT",
    config,
    "net0=bridge%3Dvmbr0",
    { net0: `invalid format - format error\nnet0.model: ${missing}\n` },
  ],
  [
    "an empty property string",
    "PUT",
    config,
    "net0=",
    { net0: `invalid format - format error\nnet0.model: ${missing}\n` },
  ],
  [
    "a word that is no boolean in a property string",
    "PUT",
    config,
    "net0=virtio%2Cbridge%3Dvmbr0%2Cfirewall%3Dmaybe",
    { net0: "invalid format - format error\nnet0.firewall: type check ('boolean') failed - got 'maybe'\n" },
  ],
  [
    "a number out of range in a property string",
    "PUT",
    config,
    "net0=virtio%2Ctag%3D5000",
    { net0: "invalid format - format error\nnet0.tag: value must have a maximum value of 4094\n" },
  ],
  [
    "a repeated key of a property string",
    "PUT",
    config,
    "net0=virtio%2Cbridge%3Dvmbr0%2Cbridge%3Dvmbr1",
    { net0: "invalid format - duplicate key in comma-separated list property: bridge\n" },
  ],
  [
    "a second bare value in a property string",
    "PUT",
    config,
    "net0=virtio%2Cwhatever",
    { net0: "invalid format - duplicate key in comma-separated list property: model\n" },
  ],
  [
    "a broken MAC address behind the model",
    "PUT",
    config,
    "net0=virtio%3Dzz%3Azz%2Cbridge%3Dvmbr0",
    {
      net0: "invalid format - format error\nnet0.macaddr: invalid format - value does not look like a valid unicast MAC address\n\n",
    },
  ],
  [
    "an inner enumeration",
    "PUT",
    config,
    "scsi1=local%3A1%2Cformat%3Dbad",
    {
      scsi1:
        "invalid format - format error\nscsi1.format: value 'bad' does not have a value in the enumeration 'raw, qcow, qed, qcow2, vmdk, cloop'\n",
    },
  ],
  ["an index beyond the family of net", "PUT", config, "net32=virtio", { net32: unknown }],
  ["an index beyond the family of scsi", "PUT", config, "scsi31=none", { scsi31: unknown }],
  ["an index with a leading zero", "PUT", config, "net00=virtio", { net00: unknown }],
  ["the family's own name", "PUT", config, "net%5Bn%5D=virtio", { "net[n]": unknown }],
  [
    "a repeated key for a text",
    "PUT",
    config,
    "description=a&description=b",
    { description: "type check ('string') failed - got ARRAY" },
  ],
  [
    "a repeated key for an integer",
    "PUT",
    config,
    "cores=1&cores=2",
    { cores: "type check ('integer') failed - got ARRAY" },
  ],
  [
    "an item of an array",
    "POST",
    "/cluster/notifications/matchers",
    "name=m3&target=a%2Cb",
    { "target[0]": "invalid format - invalid configuration ID 'a,b'\n" },
  ],
  ["a PHP-style array", "POST", "/cluster/notifications/matchers", "name=m6&target%5B%5D=x", { "target[]": unknown }],
  [
    "an enumeration in a query",
    "GET",
    "/cluster/resources?type=bogus",
    "",
    { type: "value 'bogus' does not have a value in the enumeration 'vm, storage, node, sdn'" },
  ],
  [
    "a negative limit in a query",
    "GET",
    "/nodes/pve1/tasks?limit=-5",
    "",
    { limit: "value must have a minimum value of 0" },
  ],
  ["an unknown parameter of a DELETE", "DELETE", "/access/groups/none?bogus=1", "", { bogus: unknown }],
  [
    "a path parameter that is no number",
    "GET",
    "/nodes/pve1/qemu/abc/config",
    "",
    { vmid: "type check ('integer') failed - got 'abc'" },
  ],
  [
    "a VMID below 100",
    "GET",
    "/nodes/pve1/qemu/99/config",
    "",
    { vmid: "invalid format - value does not look like a valid VM ID\n" },
  ],
  [
    "a privilege that does not exist",
    "POST",
    "/access/roles",
    "roleid=r1&privs=VM.Audit%2CNo.Such",
    { privs: "invalid format - invalid privilege 'No.Such'\n" },
  ],
  [
    "a parameter that needs another",
    "PUT",
    "/access/users/auditor@pve",
    "append=1",
    { groups: "missing property required by 'append'" },
  ],
  [
    "a key that needs another in a property string",
    "PUT",
    config,
    "ipconfig0=gw%3D10.0.0.1",
    { ipconfig0: "invalid format - format error\nipconfig0.ip: missing property required by 'ipconfig0.gw'\n" },
  ],
  [
    "a key that needs a default key",
    "PUT",
    "/cluster/options",
    "bwlimit=x",
    { bwlimit: "invalid format - value without key, but schema does not define a default key\n" },
  ],
  [
    "a list with one bad element",
    "PUT",
    config,
    "tags=good%2Cbad+one%2Cx!",
    { tags: "invalid format - invalid characters in tag\n" },
  ],
  [
    "a calendar event",
    "POST",
    "/cluster/backup",
    "schedule=bogus",
    { schedule: "invalid format - invalid calendar event 'bogus' - unable to parse calendar event at 'bogus'\n\n" },
  ],
  [
    "a path parameter repeated with another value",
    "PUT",
    config,
    "vmid=102&cores=2",
    { vmid: "duplicate parameter (already defined in URI) with conflicting values!" },
  ],
];

describe("parameter verification", () => {
  it.each(cases)("refuses %s in PVE's words", async (_title, method, path, form, errors) => {
    const { send } = openSession();
    const answer = await send(method, path, form === "" ? {} : { form });
    expect(answer).toMatchObject({
      status: 400,
      reason: "Parameter verification failed.",
      json: { data: null, message: "Parameter verification failed.\n", errors },
    });
    expect(answer.json.errors).toStrictEqual(errors);
  });

  it("reports everything that is wrong at once", async () => {
    const { send } = openSession();
    const form = "vmid=abc&memory=-1&bogus=1&cores=0&ostype=dos&net0=foo&onboot=yes";
    const { json } = await send("POST", "/nodes/pve1/qemu", { form });
    expect(json.errors).toStrictEqual({
      vmid: "type check ('integer') failed - got 'abc'",
      memory: "invalid format - format error\nmemory.current: value must have a minimum value of 16\n",
      bogus: unknown,
      cores: "value must have a minimum value of 1",
      ostype: `value 'dos' does not have a value in the enumeration '${ostypes}'`,
      net0: `invalid format - format error\nnet0.model: value 'foo' does not have a value in the enumeration '${models}'\n`,
      onboot: "type check ('boolean') failed - got 'yes'",
    });
  });

  it.each([
    ["an object for a text", { description: { a: 1 } }, { description: "type check ('string') failed - got HASH" }],
    ["an array for a text", { description: ["a", "b"] }, { description: "type check ('string') failed - got ARRAY" }],
    [
      "an object for a property string",
      { net0: { model: "virtio" } },
      { net0: "type check ('string') failed - got HASH" },
    ],
    ["the word true for a boolean", { onboot: "true" }, { onboot: "type check ('boolean') failed - got 'true'" }],
    ["null for an unknown key", { bogus: null, cores: 2 }, { bogus: unknown }],
  ])("refuses %s in a JSON body", async (_title, json, errors) => {
    const { send } = openSession();
    const answer = await send("PUT", config, { json });
    expect(answer.json.errors).toStrictEqual(errors);
  });

  it.each([
    ["JSON true for a boolean", { onboot: true }, "onboot", 1],
    ["JSON false for a boolean", { onboot: false }, "onboot", 0],
    ["an integer as text", { cores: "2" }, "cores", 2],
    ["an integer with exponent", { cpuunits: 1e3 }, "cpuunits", 1000],
  ])("accepts %s", async (_title, json, key, stored) => {
    const { sim, send } = openSession({ seed: "one-node" });
    const answer = await send("PUT", "/nodes/pve1/qemu/101/config", { json });
    expect(answer.status).toBe(200);
    expect(sim.guest(101)?.config[key]).toBe(stored);
  });

  it("accepts a path parameter repeated with the same value", async () => {
    const { send } = openSession({ seed: "one-node" });
    const answer = await send("PUT", "/nodes/pve1/qemu/101/config", { form: "vmid=101&cores=2" });
    expect(answer).toMatchObject({ status: 200, text: '{"data":null}' });
  });

  it("joins an array for a list and splits lists at commas, semicolons, blanks and NUL", async () => {
    for (const value of ["onboot,tags", "onboot;tags", "onboot tags", "onboot\0tags", ["onboot", "tags"]]) {
      const { sim, send } = openSession({ seed: "one-node" });
      await send("PUT", "/nodes/pve1/qemu/101/config", { json: { onboot: 1, tags: "a" } });
      expect(sim.guest(101)?.config).toMatchObject({ onboot: 1, tags: "a" });
      await send("PUT", "/nodes/pve1/qemu/101/config", { json: { delete: value } });
      expect(sim.guest(101)?.config).not.toHaveProperty("onboot");
      expect(sim.guest(101)?.config).not.toHaveProperty("tags");
    }
  });
});
