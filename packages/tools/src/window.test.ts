import { describe, expect, it } from "vitest";
import { filterRows, type Row, windowOf } from "./window.js";

const rows: readonly Row[] = [
  { vmid: 100, name: "web01", tags: "prod;web", node: "pve1", mem: 300, cpu: 0.123456 },
  { vmid: 101, name: "web02", tags: "prod;web", node: "pve2", mem: 100 },
  { vmid: 102, name: "DB01", tags: "db", node: "pve1" },
];

describe("filterRows", () => {
  const cases: [title: string, filter: unknown, want: number[]][] = [
    ["keeps everything without a filter", undefined, [100, 101, 102]],
    ["keeps everything for a blank filter", "  ", [100, 101, 102]],
    ["finds a name in any case", "db", [102]],
    ["finds a tag", "PROD", [100, 101]],
    ["finds a VMID", "101", [101]],
    ["finds nothing where there is nothing", "mail", []],
  ];

  it.each(cases)("%s", (_title, filter, want) => {
    expect(filterRows(rows, filter).map((row) => row["vmid"])).toEqual(want);
  });
});

describe("windowOf", () => {
  it("counts what it does not show and says how to get at it", () => {
    const window = windowOf(rows, { limit: 2 }, ["vmid"]);

    expect(window).toEqual({
      items: [{ vmid: 100 }, { vmid: 101 }],
      total: 3,
      returned: 2,
      notes: ["Rows 1 to 2 of 3. The next start at offset 2; filter narrows them down."],
    });
  });

  it("goes on where an offset says", () => {
    expect(windowOf(rows, { limit: 2, offset: 2 }, ["vmid"])).toMatchObject({
      items: [{ vmid: 102 }],
      notes: ["Rows 3 to 3 of 3."],
    });
  });

  it("shows the counts alone for a limit of 0", () => {
    expect(windowOf(rows, { limit: 0 }, undefined)).toEqual({
      items: [],
      total: 3,
      returned: 0,
      notes: ["None of 3 rows shown."],
    });
  });

  it("sorts by a field, the rows without it last", () => {
    expect(windowOf(rows, { sort: "-mem" }, ["vmid"]).items).toEqual([{ vmid: 100 }, { vmid: 101 }, { vmid: 102 }]);
    expect(windowOf(rows, { sort: "mem" }, ["vmid"]).items).toEqual([{ vmid: 101 }, { vmid: 100 }, { vmid: 102 }]);
  });

  it("refuses to sort by a field that no row has, and names those there are", () => {
    expect(() => windowOf(rows, { sort: "memory" }, undefined)).toThrow("sort: no row has the field memory");
  });

  it("shows the fields that are asked for, as a list or as text", () => {
    const want = [{ name: "web01", mem: 300 }, { name: "web02", mem: 100 }, { name: "DB01" }];

    expect(windowOf(rows, { fields: ["name", "mem"] }, ["vmid"]).items).toEqual(want);
    expect(windowOf(rows, { fields: "name, mem" }, ["vmid"]).items).toEqual(want);
  });

  it("says when a field does not exist", () => {
    expect(windowOf(rows, { fields: ["name", "memory"] }, undefined).notes).toEqual([
      "No row has memory. Fields: cpu, mem, name, node, tags, vmid.",
    ]);
  });

  it("shows every field on demand, with fractions cut", () => {
    expect(windowOf(rows, { fields: "all", limit: 1 }, ["vmid"]).items).toEqual([{ ...rows[0], cpu: 0.1235 }]);
  });

  it("does not take an empty list for a proof", () => {
    expect(windowOf([], {}, undefined).notes?.[0]).toContain("may not see");
  });

  it("stays small on ten thousand rows", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      vmid: 100 + index,
      name: `guest-${index}`,
      mem: index,
    }));

    const window = windowOf(many, { sort: "-mem" }, undefined);

    expect(window).toMatchObject({ total: 10_000, returned: 50 });
    expect(JSON.stringify(window).length).toBeLessThan(4000);
  });
});
