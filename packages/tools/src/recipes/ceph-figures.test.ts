import { describe, expect, it } from "vitest";
import { flattenOsds, summarizeCeph } from "./ceph-figures.js";

describe("summarizeCeph", () => {
  it("keeps health, reasons and figures", () => {
    const summary = summarizeCeph({
      health: {
        status: "HEALTH_WARN",
        checks: { OSD_DOWN: { severity: "HEALTH_WARN", summary: { message: "1 osds down" } } },
      },
      quorum_names: ["pve1", "pve2"],
      monmap: { mons: [{}, {}, {}] },
      osdmap: { num_osds: 6, num_up_osds: 5, num_in_osds: 6 },
      pgmap: {
        pgs_by_state: [{ state_name: "active+clean", count: 128 }],
        bytes_total: 100,
        bytes_used: 40,
        bytes_avail: 60,
      },
    });

    expect(summary).toEqual({
      health: "HEALTH_WARN",
      reasons: ["OSD_DOWN: 1 osds down"],
      monitors: { in_quorum: ["pve1", "pve2"], total: 3 },
      osds: { total: 6, up: 5, in: 6 },
      placement_groups: { "active+clean": 128 },
      bytes: { total: 100, used: 40, available: 60 },
    });
  });

  it("leaves out what Ceph does not say", () => {
    expect(summarizeCeph({ health: { status: "HEALTH_OK" } })).toMatchObject({
      health: "HEALTH_OK",
      reasons: [],
      osds: {},
    });
  });
});

describe("flattenOsds", () => {
  it("finds the OSDs below their hosts", () => {
    const osd = { type: "osd", name: "osd.0", status: "up", in: 1, device_class: "ssd", percent_used: 12.5 };
    const root = { type: "root", name: "default", children: [{ type: "host", name: "pve1", children: [osd] }] };

    expect(flattenOsds({ children: [root] })).toEqual([
      { osd: "osd.0", host: "pve1", status: "up", in: true, class: "ssd", percent_used: 12.5 },
    ]);
  });
});
