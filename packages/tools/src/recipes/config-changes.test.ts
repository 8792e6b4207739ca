import { describe, expect, it } from "vitest";
import { compareConfigs, planChanges } from "./config-changes.js";

const net0 = { model: "virtio", macaddr: "BC:24:11:00:00:01", bridge: "vmbr0", firewall: true };

describe("planChanges", () => {
  it("sends plain values as they are", () => {
    expect(planChanges({ memory: 4096, onboot: false }, { memory: { current: "2048" } }, [])).toEqual({
      set: { memory: 4096, onboot: false },
      remove: [],
    });
  });

  it("changes only the parts that an object names", () => {
    expect(planChanges({ net0: { tag: 20 } }, { net0 }, []).set).toEqual({ net0: { ...net0, tag: 20 } });
  });

  it("takes a part away that is null", () => {
    const { firewall: _firewall, ...rest } = net0;

    expect(planChanges({ net0: { firewall: null } }, { net0 }, []).set).toEqual({ net0: rest });
  });

  it("replaces the whole value with a text", () => {
    expect(planChanges({ net0: "e1000,bridge=vmbr1" }, { net0 }, []).set).toEqual({ net0: "e1000,bridge=vmbr1" });
  });

  it("takes a setting away that is null, beside those in delete, each once", () => {
    expect(planChanges({ description: null, tags: null }, {}, ["tags", "onboot"])).toEqual({
      set: {},
      remove: ["tags", "onboot", "description"],
    });
  });
});

describe("compareConfigs", () => {
  it("names settings and parts of settings that differ, and nothing else", () => {
    const before = { name: "web01", cores: 2, net0, digest: "a" };
    const after = { name: "web01", cores: 4, net0: { ...net0, tag: 20 }, tags: ["prod"], digest: "b" };

    expect(compareConfigs(before, after, new Set(["cores"]))).toEqual([
      { key: "cores", before: 2, after: 4, pending: true },
      { key: "net0.tag", after: 20 },
      { key: "tags", after: ["prod"] },
    ]);
  });

  it("tells that a setting is gone", () => {
    expect(compareConfigs({ description: "old" }, {}, new Set())).toEqual([{ key: "description", before: "old" }]);
  });

  it("keeps the value of a secret to itself", () => {
    expect(compareConfigs({}, { cipassword: "geheim" }, new Set())).toEqual([{ key: "cipassword" }]);
  });
});
