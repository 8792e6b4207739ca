import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { grammars } from "./generated/grammars.gen.js";
import type { Grammar } from "./operation.js";
import { parsePropertyString, printPropertyString } from "./property.js";
import { type PropertyRecord, parseRecord, printRecord, recordProblems } from "./property-string.js";

const net = grammars["qemu-net"] as Grammar;
const drive = grammars["qemu-scsi"] as Grammar;

describe("parsing a property string", () => {
  test.each<[string, string, PropertyRecord]>([
    [
      "qemu-net",
      "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1",
      { model: "virtio", macaddr: "BC:24:11:00:00:01", bridge: "vmbr0", firewall: true },
    ],
    ["qemu-net", "virtio,bridge=vmbr0,tag=12", { model: "virtio", bridge: "vmbr0", tag: 12 }],
    ["qemu-net", "bridge=vmbr0,model=e1000", { bridge: "vmbr0", model: "e1000" }],
    [
      "qemu-scsi",
      "local-lvm:vm-100-disk-0,size=32G,ssd=on",
      { file: "local-lvm:vm-100-disk-0", size: "32G", ssd: true },
    ],
    ["qemu-scsi", "volume=local:iso/a=b.iso,media=cdrom", { file: "local:iso/a=b.iso", media: "cdrom" }],
    ["qemu-agent", "1,fstrim_cloned_disks=no", { enabled: true, fstrim_cloned_disks: false }],
    ["qemu-net", "virtio,,brand-new=x=y,", { model: "virtio", "brand-new": "x=y" }],
    ["qemu-net", "", {}],
    ["qemu-agent", "maybe", { enabled: "maybe" }],
  ])("in the grammar %s, %j", (grammar, text, want) => {
    expect(parsePropertyString(text, grammar)).toEqual(want);
  });

  test.each([
    ["a key twice", "qemu-net", "virtio,bridge=a,bridge=b"],
    ["an alias beside its target", "qemu-scsi", "file=a:1,volume=b:1"],
    ["an empty key", "qemu-net", "=x"],
    ["a bare part without a default key", "datacenter-bwlimit", "100"],
    ["two bare parts", "qemu-net", "virtio,e1000"],
  ])("refuses %s", (_, grammar, text) => {
    expect(() => parsePropertyString(text, grammar)).toThrow(expect.objectContaining({ code: "PVE_PARAMETER" }));
  });

  it("names the grammars there are when asked for another", () => {
    expect(() => parsePropertyString("a=b", "qemu-nets")).toThrow(/'qemu-nets' is not known; there are .*qemu-net,/);
  });

  it("takes a key named like a member of every object for an ordinary one", () => {
    expect(parseRecord("virtio,constructor=1", net)).toEqual({ model: "virtio", constructor: "1" });
  });
});

describe("printing a property string", () => {
  test.each<[string, object, string]>([
    ["qemu-net", { model: "virtio", bridge: "vmbr0" }, "virtio,bridge=vmbr0"],
    [
      "qemu-net",
      { bridge: "vmbr0", macaddr: "BC:24:11:00:00:01", model: "virtio" },
      "virtio=BC:24:11:00:00:01,bridge=vmbr0",
    ],
    ["qemu-net", { virtio: "BC:24:11:00:00:01", firewall: false }, "virtio=BC:24:11:00:00:01,firewall=0"],
    ["qemu-scsi", { file: "local:iso/a=b.iso", media: "cdrom" }, "file=local:iso/a=b.iso,media=cdrom"],
    ["qemu-scsi", { size: "32G", file: "nas:1", ssd: undefined }, "nas:1,size=32G"],
  ])("in the grammar %s, %j", (grammar, record, want) => {
    expect(printPropertyString(record, grammar)).toBe(want);
  });

  test.each<[string, object, RegExp]>([
    ["a required key that is missing", { bridge: "vmbr0" }, /model is missing/],
    ["a value outside its list", { model: "rtl9999" }, /model must be one of/],
    ["a number out of bounds", { model: "virtio", tag: 5000 }, /tag must be at most 4094/],
    ["a comma", { model: "virtio", bridge: "a,b" }, /bridge cannot hold a comma/],
    ["an empty value", { model: "virtio", bridge: "" }, /bridge is empty; leave the key out/],
    ["null", { model: "virtio", bridge: null }, /bridge must be text, a number or a boolean/],
    ["two names of one key", { model: "virtio", virtio: "BC:24:11:00:00:01" }, /virtio and model say the same/],
    ["a key that would end itself", { model: "virtio", "a=b": "c" }, /a=b is no key/],
    ["a word for a boolean", { model: "virtio", firewall: "perhaps" }, /firewall must be true or false/],
  ])("refuses %s", (_, record, want) => {
    expect(() => printPropertyString(record, "qemu-net")).toThrow(want);
  });

  it("takes an alias for the required key it stands for", () => {
    expect(recordProblems({ volume: "local:1" }, drive)).toEqual([]);
    expect(recordProblems({ virtio: "BC:24:11:00:00:01" }, net)).toEqual([]);
  });
});

describe("a round trip", () => {
  const texts = fc
    .array(
      fc.tuple(fc.constantFrom("", "model=", "bridge=", "firewall=", "zz="), fc.stringMatching(/^[a-z0-9 =.:]{0,8}$/)),
    )
    .map((parts) => parts.map(([key, value]) => key + value).join(","));

  it("gives an untouched text back byte for byte, however odd it is", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const record = parseRecord(text, net);
        if (record !== undefined) expect(printRecord(record, net)).toBe(text);
      }),
    );
  });

  it("keeps order and unknown keys when one value is changed", () => {
    const record = parsePropertyString("virtio=BC:24:11:00:00:01,brand-new=7,bridge=vmbr0", "qemu-net");
    expect(printPropertyString({ ...record, bridge: "vmbr1" }, "qemu-net")).toBe(
      "virtio=BC:24:11:00:00:01,brand-new=7,bridge=vmbr1",
    );
    record["bridge"] = "vmbr2";
    expect(printRecord(record, net)).toBe("virtio=BC:24:11:00:00:01,brand-new=7,bridge=vmbr2");
  });
});
