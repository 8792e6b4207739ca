import { describe, expect, it, test } from "vitest";
import { decodeValue } from "./decode.js";
import type { Decode } from "./operation.js";
import { propertyCodec } from "./property-codec.js";

const config: Decode = {
  props: { onboot: "boolean", cores: "number", tags: "list", numa: "boolean", agent: { grammar: "qemu-agent" } },
  families: { net: { grammar: "qemu-net" }, numa: { grammar: "qemu-numa" } },
};

describe("decodeValue", () => {
  test.each<[Decode, unknown, unknown]>([
    ["boolean", 1, true],
    ["boolean", "", false],
    ["number", "8192", 8192],
    ["number", "N/A", "N/A"],
    ["list", "a,b", ["a", "b"]],
    ["list", ["a", "b"], ["a", "b"]],
    [
      { items: { props: { saved: "boolean" } } },
      [{ saved: "1" }, { saved: 1 }, {}],
      [{ saved: true }, { saved: true }, {}],
    ],
    [
      config,
      { onboot: 1, cores: "4", name: "1", tags: "a;b" },
      { onboot: true, cores: 4, name: "1", tags: ["a", "b"] },
    ],
    [config, { numa: 1, numa0: "cpus=0-3" }, { numa: true, numa0: { cpus: "0-3" } }],
    [config, { net31: "virtio,bridge=vmbr0" }, { net31: { model: "virtio", bridge: "vmbr0" } }],
    [
      { props: {}, rest: "boolean" },
      { "VM.Audit": 1, "VM.Clone": 0 },
      { "VM.Audit": true, "VM.Clone": false },
    ],
    [{ grammar: "datacenter-bwlimit" }, { clone: "100", move: 5 }, { clone: 100, move: 5 }],
  ])("by %j reads %j as %j", (decode, given, want) => {
    expect(decodeValue(given, decode, propertyCodec)).toEqual(want);
  });

  test.each<[string, Decode, unknown]>([
    ["null where an object was promised", config, null],
    ["text where a list was promised", { items: "boolean" }, "none"],
    ["a property string that is none", { grammar: "qemu-net" }, "virtio,virtio"],
    ["an unknown grammar", { grammar: "of-tomorrow" }, "a=b"],
  ])("leaves alone %s", (_, decode, given) => {
    expect(decodeValue(given, decode, propertyCodec)).toEqual(given);
  });

  it("keeps a member named __proto__ harmless", () => {
    const decoded = decodeValue(JSON.parse('{"__proto__":{"onboot":1}}'), config, propertyCodec);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
  });
});
